namespace HaCore.Fencing;

/// <summary>Turns rounds of pings into an answer that does not flap: it changes only after so many rounds in a row that say the same.</summary>
/// <param name="downAfter">Bad rounds in a row that make it unreachable.</param>
/// <param name="upAfter">Good rounds in a row that make it reachable.</param>
internal sealed class ReachDampening(int downAfter, int upAfter)
{
    private bool _wasGood;
    private int _inARow;

    /// <summary>Unknown until the first so many rounds agree.</summary>
    public NetworkReach Reach { get; private set; }

    /// <returns>Has the answer changed?</returns>
    public bool Note(bool isGood)
    {
        _inARow = isGood == _wasGood && _inARow < int.MaxValue ? _inARow + 1 : 1;
        _wasGood = isGood;
        var reach = (isGood, _inARow >= (isGood ? upAfter : downAfter)) switch
        {
            (true, true) => NetworkReach.Reachable,
            (false, true) => NetworkReach.Unreachable,
            (_, false) => Reach,
        };
        var hasChanged = reach != Reach;
        Reach = reach;
        return hasChanged;
    }
}
