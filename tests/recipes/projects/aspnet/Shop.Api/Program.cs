using Microsoft.EntityFrameworkCore;
using Shop.Api;
using Shop.Api.Checkout;
using Shop.Api.Sessions;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDbContext<ShopDb>(options => options.UseNpgsql(builder.Configuration.GetConnectionString("Shop")));
builder.Services.AddProblemDetails();
builder.Services.AddScoped<PasswordCheck>();
builder.Services.AddScoped<CheckoutService>();
builder.Services.AddOpenTelemetry();

var app = builder.Build();
app.UseExceptionHandler();
app.MapSessions();
app.Run();

public partial class Program;
