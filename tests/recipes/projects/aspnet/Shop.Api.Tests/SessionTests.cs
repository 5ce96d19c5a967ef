using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Xunit;

namespace Shop.Api.Tests;

public class SessionTests(WebApplicationFactory<Program> factory) : IClassFixture<WebApplicationFactory<Program>>
{
    [Fact]
    public async Task AWrongPasswordIsRefused()
    {
        var client = factory.CreateClient();
        var answer = await client.PostAsJsonAsync("/sessions", new { email = "a@example.com", password = "x" });
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
