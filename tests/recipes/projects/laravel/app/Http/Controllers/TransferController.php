<?php

namespace App\Http\Controllers;

use App\Services\TransferService;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;

class TransferController extends Controller
{
    public function __construct(private readonly TransferService $transfers)
    {
    }

    public function store(Request $request): JsonResponse
    {
        $transfer = $this->transfers->transfer(
            $request->input('from'),
            $request->input('to'),
            $request->input('cents'),
            $request->input('reference'),
        );

        return response()->json(['id' => $transfer->id], 201);
    }
}
