<?php

namespace App\Exceptions;

use Illuminate\Http\JsonResponse;
use RuntimeException;

class InsufficientFunds extends RuntimeException
{
    public function __construct(public readonly int $account)
    {
        parent::__construct('The balance is not enough.');
    }

    public function render(): JsonResponse
    {
        return response()->json(['code' => 'insufficient_funds'], 409);
    }
}
