<?php

namespace App\Services;

use App\Exceptions\InsufficientFunds;
use App\Models\Account;
use App\Models\Transfer;

class TransferService
{
    /** Moves money between two accounts; no balance may fall below zero. */
    public function transfer(int $from, int $to, int $cents, ?string $reference = null): Transfer
    {
        $source = Account::findOrFail($from);
        $target = Account::findOrFail($to);

        if ($source->balance_cents < $cents) {
            throw new InsufficientFunds($from);
        }

        $source->balance_cents -= $cents;
        $source->save();
        $target->balance_cents += $cents;
        $target->save();

        return Transfer::create([
            'from_id' => $from,
            'to_id' => $to,
            'cents' => $cents,
            'reference' => $reference,
        ]);
    }
}
