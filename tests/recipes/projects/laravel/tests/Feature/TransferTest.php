<?php

namespace Tests\Feature;

use App\Models\Account;
use App\Models\User;
use Illuminate\Foundation\Testing\RefreshDatabase;
use Tests\TestCase;

class TransferTest extends TestCase
{
    use RefreshDatabase;

    private function account(User $user, int $cents): Account
    {
        return Account::create(['user_id' => $user->id, 'balance_cents' => $cents]);
    }

    public function test_money_moves(): void
    {
        $user = User::factory()->create();
        $from = $this->account($user, 500);
        $to = $this->account($user, 0);

        $this->actingAs($user)
            ->postJson('/api/transfers', ['from' => $from->id, 'to' => $to->id, 'cents' => 200])
            ->assertCreated();

        $this->assertSame(300, $from->refresh()->balance_cents);
        $this->assertSame(200, $to->refresh()->balance_cents);
    }
}
