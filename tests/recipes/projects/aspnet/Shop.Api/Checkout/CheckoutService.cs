using Microsoft.EntityFrameworkCore;

namespace Shop.Api.Checkout;

public interface IPayments
{
    Task<bool> Charge(Guid user, decimal amount, CancellationToken cancel);
}

public class CheckoutService(ShopDb db, IPayments payments)
{
    public async Task<bool> Pay(Guid basketId, CancellationToken cancel)
    {
        var basket = await db.Baskets.SingleAsync(each => each.Id == basketId, cancel);
        Console.WriteLine($"paying {basket.Total} for user {basket.UserId}");
        var charged = await payments.Charge(basket.UserId, basket.Total, cancel);
        if (!charged)
        {
            Console.WriteLine("payment failed!!");
            return false;
        }
        basket.Paid = true;
        await db.SaveChangesAsync(cancel);
        return true;
    }
}
