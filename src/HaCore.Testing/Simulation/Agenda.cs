using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <summary>
/// What will happen, by time and then by order of entry: a binary heap of structs, because nearly everything in it is a frame under way and a frame
/// must cost no allocation.
/// </summary>
internal sealed class Agenda
{
    private Item[] _items = new Item[64];
    private long _order;

    public int Count { get; private set; }

    public long NextTime => Count == 0 ? long.MaxValue : _items[0].Time;

    public void Add(long time, Action happens) => Add(new Item { Time = time, Happens = happens });

    /// <summary>A frame arrives.</summary>
    public void Add(long time, SimNode receiver, ClusterEvent.FrameReceived carrier, FrameVerdict verdict) =>
        Add(new Item { Time = time, Receiver = receiver, Carrier = carrier, Verdict = verdict });

    public Item Take()
    {
        var first = _items[0];
        var last = _items[--Count];
        _items[Count] = default;
        if (Count > 0)
        {
            Sink(last);
        }

        return first;
    }

    private void Add(Item item)
    {
        item.Order = _order++;
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        var at = Count++;
        while (at > 0)
        {
            var parent = (at - 1) >> 1;
            if (!item.IsBefore(_items[parent]))
            {
                break;
            }

            _items[at] = _items[parent];
            at = parent;
        }

        _items[at] = item;
    }

    private void Sink(Item item)
    {
        var at = 0;
        while (true)
        {
            var child = (2 * at) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && _items[child + 1].IsBefore(_items[child]))
            {
                child++;
            }

            if (!_items[child].IsBefore(item))
            {
                break;
            }

            _items[at] = _items[child];
            at = child;
        }

        _items[at] = item;
    }

    internal struct Item
    {
        public long Time;
        public long Order;

        /// <summary>Null: a frame arrives.</summary>
        public Action? Happens;
        public SimNode? Receiver;
        public ClusterEvent.FrameReceived? Carrier;
        public FrameVerdict Verdict;

        public readonly bool IsBefore(in Item other) => Time < other.Time || (Time == other.Time && Order < other.Order);
    }
}
