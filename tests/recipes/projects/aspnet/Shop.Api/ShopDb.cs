using Microsoft.EntityFrameworkCore;

namespace Shop.Api;

public class User
{
    public Guid Id { get; init; }
    public required string Email { get; init; }
    public required string PasswordHash { get; set; }
}

public class Basket
{
    public Guid Id { get; init; }
    public Guid UserId { get; init; }
    public decimal Total { get; set; }
    public bool Paid { get; set; }
}

public class ShopDb(DbContextOptions<ShopDb> options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();
    public DbSet<Basket> Baskets => Set<Basket>();
}
