namespace HaCore.Testing.Scenarios;

/// <content>What is expected: now, within a time, or at every moment of a time.</content>
internal static partial class Verbs
{
    internal static IEnumerable<Phrase<Verb>> Expectations() =>
    [
        new("expect GROUP on NODE", "Everything of it is active there and nothing of it elsewhere.", static (r, a) => r.Expect(() => r.IsServedOn(a.Text(0), a.Text(1)))),
        new("expect GROUP on NODE within TIME", "The story goes on as soon as it is.", static (r, a) => r.Expect(() => r.IsServedOn(a.Text(0), a.Text(1)), a.Time(2))),
        new("expect GROUP stays on NODE for TIME", "At every moment it is active there and nothing of it elsewhere.", static (r, a) => r.ExpectAlways(() => r.IsOnlyOn(a.Text(0), a.Text(1)), a.Time(2))),
        new("expect GROUP active on NODE", "Everything of it is active there, whatever is elsewhere.", static (r, a) => r.Expect(() => r.World.IsActive(a.Text(0), a.Text(1)))),
        new("expect GROUP active on NODE within TIME", "The same, as soon as it is.", static (r, a) => r.Expect(() => r.World.IsActive(a.Text(0), a.Text(1)), a.Time(2))),
        new("expect GROUP not on NODE for TIME", "At no moment anything of it is active there.", static (r, a) => r.ExpectAlways(() => !r.IsAnythingOn(a.Text(0), a.Text(1)), a.Time(2))),
        new("expect GROUP not on NODE within TIME", "As soon as nothing of it is active there.", static (r, a) => r.Expect(() => !r.IsAnythingOn(a.Text(0), a.Text(1)), a.Time(2))),
        new("expect GROUP nowhere", "Nothing of it is active.", static (r, a) => r.Expect(() => !r.World.IsAnywhere(a.Text(0)))),
        new("expect GROUP nowhere within TIME", "As soon as nothing of it is active.", static (r, a) => r.Expect(() => !r.World.IsAnywhere(a.Text(0)), a.Time(1))),
        new("expect GROUP nowhere for TIME", "At no moment anything of it is active.", static (r, a) => r.ExpectAlways(() => !r.World.IsAnywhere(a.Text(0)), a.Time(1))),
        new("expect GROUP on one node only", "Exactly one node has something of it active.", static (r, a) => r.Expect(() => r.IsOnOneNode(a.Text(0)))),
        new("expect GROUP held on NODE", "The node says that it holds it.", static (r, a) => r.Expect(() => r.World.Status(a.Text(1), a.Text(0)).LocalHold == HoldState.Held)),
        new("expect GROUP unknown on NODE", "The node says that it does not know.", static (r, a) => r.Expect(() => r.World.Status(a.Text(1), a.Text(0)).LocalHold == HoldState.Unknown)),
        new("expect GROUP diverged on NODE", "It carries the mark.", static (r, a) => r.Expect(() => r.World.Status(a.Text(1), a.Text(0)).Diverged)),
        new("expect GROUP not diverged on NODE", "It does not carry the mark.", static (r, a) => r.Expect(() => !r.World.Status(a.Text(1), a.Text(0)).Diverged)),
        new("expect GROUP term COUNT on NODE", "Its term on disk.", static (r, a) => r.Expect(() => r.World.Status(a.Text(2), a.Text(0)).Term == a.Number(1))),
        new("expect session", "Both nodes are in one.", static (r, _) => r.Expect(r.HasSession)),
        new("expect session within TIME", "As soon as both are.", static (r, a) => r.Expect(r.HasSession, a.Time(0))),
        new("expect no session", "Neither is.", static (r, _) => r.Expect(() => !r.HasAnySession())),
        new("expect no session within TIME", "As soon as neither is.", static (r, a) => r.Expect(() => !r.HasAnySession(), a.Time(0))),
        new("expect NODE sees STATE", "What its status says of the peer.", static (r, a) => r.Expect(() => r.World.PeerAsSeenBy(a.Text(0)).State == a.State(1))),
        new("expect NODE is STATE", "What its status says of itself.", static (r, a) => r.Expect(() => r.World.Status(a.Text(0)).Nodes[0].State == a.State(1))),
        new("expect NODE off within TIME", "Its machine has no power.", static (r, a) => r.Expect(() => !r.World[a.Text(0)].IsOn, a.Time(1))),
        new("expect NODE on", "Its machine has power and its program runs.", static (r, a) => r.Expect(() => r.World[a.Text(0)] is { IsOn: true, Process: not null })),
        new("expect NODE left clean|unclean", "How its program ended.", static (r, a) => r.Expect(() => r.LeftClean(a.Text(0)) == (a.Text(1) == "clean"))),
        new("expect event EVENT on NODE", "It was logged there, at any time of the story.", static (r, a) => r.Expect(() => r.World.Notices(a.Text(1), a.Notice(0)) > 0)),
        new("expect event EVENT on NODE within TIME", "As soon as it was logged there.", static (r, a) => r.Expect(() => r.World.Notices(a.Text(1), a.Notice(0)) > 0, a.Time(2))),
        new("expect event EVENT on NODE COUNT times", "So often in the story up to here.", static (r, a) => r.Expect(() => r.World.Notices(a.Text(1), a.Notice(0)) == a.Number(2))),
        new("expect no event EVENT", "On no node, in the story up to here.", static (r, a) => r.Expect(() => r.World.Nodes.All(n => r.World.Notices(n.Key, a.Notice(0)) == 0))),
        new("expect COUNT fences by NODE", "So many were ordered by it in the story up to here.", static (r, a) => r.Expect(() => r.World.Fences(a.Text(1)) == a.Number(0))),
        new("expect fence by NODE within TIME", "As soon as it has ordered one.", static (r, a) => r.Expect(() => r.World.Fences(a.Text(0)) > 0, a.Time(1))),
        new("expect COUNT resets", "So many machines were reset by themselves or by their watchdogs up to here.", static (r, a) => r.Expect(() => r.World.Resets == a.Number(0))),
        new("expect RESOURCE started COUNT times on NODE", "In the story up to here.", static (r, a) => r.Expect(() => r.Starts(a.Text(2), a.Text(0)) == a.Number(1))),
        new("expect RESOURCE stopped COUNT times on NODE", "In the story up to here.", static (r, a) => r.Expect(() => r.Stops(a.Text(2), a.Text(0)) == a.Number(1))),
        new("expect status NODE says TEXT", "One of its conditions or reasons contains the text.", static (r, a) => r.Expect(() => r.Says(a.Text(0), a.Text(1)))),
        new("expect status NODE says TEXT within TIME", "As soon as one does.", static (r, a) => r.Expect(() => r.Says(a.Text(0), a.Text(1)), a.Time(2))),
        new("expect no condition on NODE", "Its status names nothing that lasts.", static (r, a) => r.Expect(() => r.World.Status(a.Text(0)).Conditions.Count == 0)),
    ];
}
