namespace Shop.Api.Sessions;

public record LoginInput(string Email, string Password);

public static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        app.MapPost("/sessions", async (LoginInput input, PasswordCheck check, CancellationToken cancel) =>
        {
            var user = await check.UserOf(input.Email, input.Password, cancel);
            return user is null
                ? Results.Problem(statusCode: StatusCodes.Status401Unauthorized, title: "Wrong email or password.")
                : Results.Ok(new { userId = user.Id });
        });
    }
}
