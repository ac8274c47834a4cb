using System.Runtime.CompilerServices;
using HaCore.Engine;

namespace HaCore.Hosting;

/// <summary>
/// The engine's newest snapshot, for any number of readers. Publishing completes a task and goes on: readers continue on the thread pool, the
/// engine never waits for them, and a slow one finds only the newest.
/// </summary>
internal sealed class SnapshotFeed
{
    private readonly Lock _gate = new();   // between the engine's loop and the few other threads that add a condition; readers take none
    private readonly List<(string Key, string Text)> _conditions = [];
    private volatile State _state;

    public SnapshotFeed(ClusterSnapshot first) => _state = new State(first, [], false);

    /// <summary>Called by the engine's thread after each new snapshot: must return at once.</summary>
    public Action? Published { get; set; }

    /// <summary>The newest snapshot, without live numbers.</summary>
    public ClusterSnapshot Current => _state.Snapshot;

    /// <summary>Conditions of the shell.</summary>
    public IReadOnlyList<string> Conditions => _state.Conditions;

    public void Publish(ClusterSnapshot snapshot)
    {
        lock (_gate)
        {
            Replace(new State(snapshot, _state.Conditions, false));
        }

        Published?.Invoke();
    }

    /// <summary>Adds a lasting condition of the shell; once.</summary>
    /// <returns>False when it is known already.</returns>
    public bool TryAddCondition(string condition) => SetCondition(condition, condition);

    /// <summary>Begins, changes or (null) ends a condition that may pass.</summary>
    /// <param name="key">What it is about.</param>
    /// <param name="text">What it says.</param>
    /// <returns>False when nothing changed.</returns>
    public bool SetCondition(string key, string? text)
    {
        lock (_gate)
        {
            var at = _conditions.FindIndex(condition => condition.Key == key);
            if (at < 0 ? text is null : _conditions[at].Text == text)
            {
                return false;
            }

            if (text is null)
            {
                _conditions.RemoveAt(at);
            }
            else if (at < 0)
            {
                _conditions.Add((key, text));
            }
            else
            {
                _conditions[at] = (key, text);
            }

            if (!_state.IsLast)
            {
                Replace(new State(_state.Snapshot, [.. _conditions.Select(condition => condition.Text)], false));
            }

            return true;
        }
    }

    /// <summary>Nothing follows: watchers end.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            if (!_state.IsLast)
            {
                Replace(new State(_state.Snapshot, _state.Conditions, true));
            }
        }
    }

    public async IAsyncEnumerable<ClusterSnapshot> WatchAsync(
        Func<ClusterSnapshot, IReadOnlyList<string>, ClusterSnapshot> merge, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = _state;
            yield return merge(state.Snapshot, state.Conditions);
            if (state.IsLast)
            {
                yield break;
            }

            await state.Replaced.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Replace(State next)
    {
        var old = _state;
        _state = next;
        old.Replace();
    }

    private sealed class State(ClusterSnapshot snapshot, IReadOnlyList<string> conditions, bool isLast)
    {
        private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ClusterSnapshot Snapshot { get; } = snapshot;

        public IReadOnlyList<string> Conditions { get; } = conditions;

        public bool IsLast { get; } = isLast;

        public Task Replaced => _replaced.Task;

        public void Replace() => _replaced.SetResult();
    }
}
