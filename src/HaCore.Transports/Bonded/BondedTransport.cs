using Microsoft.Extensions.Options;

namespace HaCore.Transports;

/// <summary>Opens bonds. It owns the transports of its members.</summary>
internal sealed class BondedTransport : IHeartbeatTransport, IStartRequirements, IAsyncDisposable
{
    private readonly BondedOptions _options;
    private readonly IReadOnlyList<HeartbeatMember> _members;

    /// <exception cref="OptionsValidationException">The options do not fit the members.</exception>
    public BondedTransport(BondedOptions options, IReadOnlyList<HeartbeatMember> members)
    {
        var names = string.Join(" and ", members.Select(member => member.Link));
        var errors = BondedPlan.Check(options, members).Select(error => $"The bond of {names}: {error}").ToList();
        if (errors.Count > 0)
        {
            throw new OptionsValidationException(names, typeof(BondedOptions), errors);
        }

        _options = options;
        _members = members;
    }

    /// <summary>Always opens: a member that cannot be opened is tried again, and does not keep the others waiting.</summary>
    public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IHeartbeatLink>(new BondedLink(new BondedPlan(_options, _members, context.Interval), _members, context));
    }

    public IEnumerable<string> Missing() => _members.Select(member => member.Transport).OfType<IStartRequirements>().SelectMany(transport => transport.Missing());

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            if (member.Transport is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (member.Transport as IDisposable)?.Dispose();
            }
        }
    }
}
