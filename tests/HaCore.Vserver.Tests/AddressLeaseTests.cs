using System.Net.Sockets;
using HaCore.Vserver.IpAddress;
using HaCore.Vserver.Netlink;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Vserver.Tests;

/// <summary>What the kernel does with an address that is lent to it. Times are waited for and reported, never judged.</summary>
public sealed class AddressLeaseTests
{
    private const uint Address = 0xC000025C;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(null, 2.0, 3u)] // Lan
    [InlineData(null, 0.5, 1u)] // Fast: the kernel's shortest
    [InlineData(null, 10.0, 15u)] // Heartbeat2004
    [InlineData(null, 0.0, 3u)]
    [InlineData(7, 2.0, 7u)]
    [InlineData(0, 2.0, RouteProtocol.Forever)]
    public void The_default_is_one_and_a_half_dead_times(int? configured, double deadSeconds, uint expected) =>
        Assert.Equal(expected, AddressLease.Seconds(configured is { } seconds ? TimeSpan.FromSeconds(seconds) : null, TimeSpan.FromSeconds(deadSeconds)));

    [Theory]
    [InlineData(2.0)]
    [InlineData(0.5)]
    [InlineData(0.3)]
    [InlineData(10.0)]
    public void A_pause_of_a_dead_time_is_within_the_default(double deadSeconds)
    {
        uint lease = AddressLease.Seconds(null, TimeSpan.FromSeconds(deadSeconds));
        Assert.True(TimeSpan.FromSeconds(lease) - AddressLease.RenewInterval(lease) >= TimeSpan.FromSeconds(deadSeconds));
    }

    [Fact]
    public void Without_a_lease_nothing_is_renewed() => Assert.Equal(TimeSpan.Zero, AddressLease.RenewInterval(RouteProtocol.Forever));

    [Fact]
    public async Task A_started_address_has_an_end_that_a_renewal_moves()
    {
        using var machines = new TwoMachines();
        await using IpAddressAgent agent = machines.CreateAgent(configure: o => o.Lease = TimeSpan.FromSeconds(100));
        machines.Start(agent);
        Assert.Contains("valid_lft 100sec preferred_lft 100sec", machines.Addresses());

        machines.Node.Ip("address change 192.0.2.92/24 dev eth1 valid_lft 50 preferred_lft 50"); // half of it has passed
        Assert.Contains(machines.Probe(agent).Facts!, fact => fact.Key == "lease" && fact.Value is "50 s left" or "49 s left");
        Assert.Equal(OperationOutcome.Succeeded, machines.Renew(agent).Outcome);
        Assert.Contains("valid_lft 100sec preferred_lft 100sec", machines.Addresses());
        Assert.Equal(OperationOutcome.Succeeded, machines.Stop(agent).Outcome);
        Assert.DoesNotContain("192.0.2.92", machines.Addresses());
    }

    [Fact]
    public async Task An_address_that_nobody_renews_goes_by_itself_and_leaves_the_others()
    {
        using var machines = new TwoMachines();
        await using IpAddressAgent first = machines.CreateAgent("198.51.100.1/24", configure: o => o.Lease = AddressLease.Shortest);
        await using IpAddressAgent second = machines.CreateAgent("198.51.100.2/24", configure: o => o.Lease = TimeSpan.FromSeconds(100));
        long begun = TimeProvider.System.GetTimestamp();
        machines.Start(first); // the first of its subnet: alone, the kernel would take the second along
        machines.Start(second);
        machines.WaitWithout("198.51.100.1/24", Patience);
        TestContext.Current.TestOutputHelper?.WriteLine($"a lease of 1 s was over after {TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds:F0} ms");
        Assert.Contains("198.51.100.2/24", machines.Addresses());
        Assert.Equal(ResourceState.Stopped, machines.Probe(first).State);
        Assert.Equal(ResourceState.Running, machines.Probe(second).State);
    }

    [Fact]
    public async Task What_ran_out_in_a_pause_is_added_and_announced_again()
    {
        using var machines = new TwoMachines();
        using Socket listener = machines.Neighbour.ListenForArp();
        await using IpAddressAgent agent = machines.CreateAgent(configure: o => (o.Lease, o.AnnounceCount) = (AddressLease.Shortest, 1));
        machines.Start(agent, new FakeTimeProvider());
        TwoMachines.ReceiveArpFor(listener, Address);
        TwoMachines.ReceiveArpFor(listener, Address);
        machines.WaitWithout("192.0.2.92/24", Patience);

        Assert.Equal(OperationOutcome.Succeeded, machines.Renew(agent).Outcome);

        Assert.Contains("192.0.2.92/24", machines.Addresses());
        Assert.Equal("LeaseRanOut", machines.Logger.LatestRecord.Id.Name);
        TwoMachines.ReceiveArpFor(listener, Address);
    }

    [Fact]
    public async Task What_somebody_removed_is_not_added_by_a_renewal()
    {
        using var machines = new TwoMachines();
        await using IpAddressAgent agent = machines.CreateAgent(configure: o => o.Lease = TimeSpan.FromSeconds(100));
        machines.Start(agent);
        machines.Node.Ip("address delete 192.0.2.92/24 dev eth1");

        OperationResult renewed = machines.Renew(agent);

        Assert.Equal(OperationOutcome.NotOnThisNode, renewed.Outcome);
        Assert.Contains("somebody removed it", renewed.Detail);
        Assert.DoesNotContain("192.0.2.92", machines.Addresses());
    }

    [Fact]
    public async Task A_renewal_that_turned_out_to_be_forbidden_is_taken_back()
    {
        using var machines = new TwoMachines();
        using Socket listener = machines.Neighbour.ListenForArp();
        await using IpAddressAgent agent = machines.CreateAgent(configure: o => (o.Lease, o.AnnounceCount) = (AddressLease.Shortest, 1));
        machines.Start(agent, new FakeTimeProvider());
        TwoMachines.ReceiveArpFor(listener, Address);
        TwoMachines.ReceiveArpFor(listener, Address);
        machines.WaitWithout("192.0.2.92/24", Patience);

        // This thread was paused after its question, and the peer has the address by now.
        OperationResult refused = machines.Renew(agent, isValid: () => false);
        Assert.Equal(OperationOutcome.Retryable, refused.Outcome);
        Assert.DoesNotContain("192.0.2.92", machines.Addresses());
        int questions = 0;
        OperationResult renewed = machines.Renew(agent, isValid: () => ++questions == 1);

        Assert.Equal(OperationOutcome.Retryable, renewed.Outcome);
        Assert.DoesNotContain("192.0.2.92", machines.Addresses());
        Assert.Equal("LeaseWithdrawn", machines.Logger.LatestRecord.Id.Name);
        Assert.False(listener.Poll(0, SelectMode.SelectRead));
        Assert.Equal(OperationOutcome.Succeeded, machines.Renew(agent).Outcome); // allowed again: it was this agent that took it off
        Assert.Contains("192.0.2.92/24", machines.Addresses());
    }

    [Fact]
    public void The_kernel_extends_what_is_there_and_never_adds_it()
    {
        using var machines = new TwoMachines();
        var address = new AddressWithPrefix(Address, 24);
        machines.Node.Run(() =>
        {
            using RouteConnection route = RouteConnection.Open();
            int link = route.FindLink("eth1")!.Value.Index;
            Assert.Equal(Errno.AddressNotAvailable, route.ExtendAddress(link, address, 100));
            Assert.DoesNotContain(route.DumpAddresses(), a => a.Address == address);
            Assert.Equal(Errno.None, route.AddAddress(link, address, null, RouteProtocol.Forever));
            Assert.Equal(Errno.None, route.ExtendAddress(link, address, 100));
            Assert.Contains(route.DumpAddresses(), a => a.Address == address && a.Lifetime is 99 or 100);
            Assert.Equal(Errno.None, route.ExtendAddress(link, address, RouteProtocol.Forever));
            Assert.Contains(route.DumpAddresses(), a => a.Address == address && !a.HasEnd);
            return true;
        });
        Assert.DoesNotContain("autojoin", machines.Addresses());
    }

    [Fact]
    public async Task In_maintenance_the_address_has_no_end_and_afterwards_it_has_one_again()
    {
        using var machines = new TwoMachines();
        await using IpAddressAgent agent = machines.CreateAgent(configure: o => o.Lease = TimeSpan.FromSeconds(100));
        machines.Start(agent);

        Assert.Equal(OperationOutcome.Succeeded, machines.Renew(agent, runsOn: true).Outcome);
        Assert.DoesNotContain("sec preferred_lft", machines.Addresses());
        Assert.Contains(new("lease", "without an end"), machines.Probe(agent).Facts!);
        Assert.Equal(OperationOutcome.Succeeded, machines.Renew(agent, runsOn: true).Outcome);

        await using IpAddressAgent successor = machines.CreateAgent(configure: o => o.Lease = TimeSpan.FromSeconds(100)); // adopts: no start
        Assert.Equal(OperationOutcome.Succeeded, machines.Renew(successor).Outcome);
        Assert.Contains("valid_lft 100sec", machines.Addresses());
    }

    [Fact]
    public async Task A_start_without_a_lease_takes_the_end_away()
    {
        using var machines = new TwoMachines();
        machines.Node.Ip("address add 192.0.2.92/24 dev eth1 valid_lft 100 preferred_lft 100");
        await using IpAddressAgent agent = machines.CreateAgent(configure: o => o.Lease = TimeSpan.Zero);
        Assert.Equal(OperationOutcome.Succeeded, machines.Start(agent).Outcome);
        Assert.DoesNotContain("sec preferred_lft", machines.Addresses());
    }

    [Fact]
    public async Task An_interface_that_is_gone_is_named()
    {
        using var machines = new TwoMachines();
        await using IpAddressAgent agent = machines.CreateAgent();
        machines.Start(agent);
        machines.Node.Ip("link delete eth1");
        OperationResult renewed = machines.Renew(agent);
        Assert.Equal(OperationOutcome.NotOnThisNode, renewed.Outcome);
        Assert.Contains("eth1", renewed.Detail);
    }
}
