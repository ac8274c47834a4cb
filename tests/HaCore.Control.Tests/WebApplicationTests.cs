using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using HaCore.Control.Tests.Rig;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace HaCore.Control.Tests;

/// <summary>The door in a web application of someone's own, behind his policy.</summary>
public sealed class WebApplicationTests
{
    [Fact]
    public async Task Without_the_policy_nothing_is_shown_or_done_and_with_it_the_users_name_is_audited()
    {
        await using var nodes = new DoorNodes();
        await using var app = await StartAsync(nodes);
        using var http = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(http, "/ha/clusters", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(http, null));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, "visitor"));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(http, "/ha/clusters/pair", "operator"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(http, "operator"));

        var record = Assert.Single(app.Services.GetFakeLogCollector().GetSnapshot(), record => record.Id.Id == 3010);
        Assert.Equal(("operator", "unknown", "accepted"), (record.GetStructuredStateValue("User"), record.GetStructuredStateValue("Uid"), record.GetStructuredStateValue("Outcome")));
    }

    [Fact]
    public async Task A_stream_that_is_read_does_not_hold_up_the_stop_of_the_application()
    {
        await using var nodes = new DoorNodes();
        await using var app = await StartAsync(nodes);
        using var http = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ha/clusters/pair/notices");
        request.Headers.Add("X-User", "operator");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var reading = response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        await app.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains("\"event\":\"Exited\"", await reading, StringComparison.Ordinal);   // it was ended, not cut off, and after the cluster had left
    }

    private static async Task<WebApplication> StartAsync(DoorNodes nodes)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.AddFakeLogging();
        builder.Services.AddRoutingCore();
        builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy("operators", policy => policy.RequireUserName("operator"));
        nodes.Alpha.AddCluster(builder.Services);
        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHaCluster("/ha").RequireAuthorization("operators");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient http, string path, string? user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(http, request, user);
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, string? user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ha/clusters/pair/maintenance")
        {
            Content = new StringContent("""{"enabled":false}""", System.Text.Encoding.UTF8, "application/json"),
        };
        return await SendAsync(http, request, user);
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, HttpRequestMessage request, string? user)
    {
        if (user is not null)
        {
            request.Headers.Add("X-User", user);
        }

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>Believes what the header says: this is about the policy.</summary>
    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers["X-User"].FirstOrDefault() is { } user
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], Scheme.Name)), Scheme.Name))
                : AuthenticateResult.NoResult());
    }
}
