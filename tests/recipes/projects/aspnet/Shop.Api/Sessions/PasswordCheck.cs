using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Shop.Api.Sessions;

public class PasswordCheck(ShopDb db)
{
    private readonly PasswordHasher<User> _hasher = new();

    public async Task<User?> UserOf(string email, string password, CancellationToken cancel)
    {
        var user = await db.Users.SingleOrDefaultAsync(each => each.Email == email, cancel);
        if (user is null) return null;
        var result = _hasher.VerifyHashedPassword(user, user.PasswordHash, password);
        return result == PasswordVerificationResult.Failed ? null : user;
    }
}
