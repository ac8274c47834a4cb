using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Transports.Tests;

public sealed class SerialOptionsTests
{
    private static readonly string s_device = OperatingSystem.IsWindows() ? "COM1" : "/dev/ttyS0";

    [Theory]
    [InlineData(9600)]
    [InlineData(19_200)]
    [InlineData(38_400)]
    [InlineData(57_600)]
    [InlineData(115_200)]
    [InlineData(230_400)]
    [InlineData(460_800)]
    public void The_usual_speeds_are_accepted(int baudRate) =>
        Assert.True(new SerialOptionsValidator().Validate(null, new SerialOptions { Device = s_device, BaudRate = baudRate }).Succeeded);

    [Fact]
    public void Wrong_options_are_refused_with_value_rule_and_consequence_all_at_once()
    {
        var result = new SerialOptionsValidator().Validate(null, new SerialOptions { BaudRate = 300, Handshake = (SerialHandshake)7 });
        Assert.Equal(
            [
                "Device (none) must be set, or there is no port to open: for example /dev/ttyS0, on Windows COM1.",
                "BaudRate (300) must be one of 9600, 19200, 38400, 57600, 115200, 230400, 460800, the same on both nodes, or the ends do not understand each other.",
                "Handshake (7) must be None or RtsCts: frames are binary, so control characters cannot hold up the line.",
            ],
            result.Failures);
    }

    [Fact]
    public void A_device_without_its_directory_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "ports have no directory there");
        var result = new SerialOptionsValidator().Validate(null, new SerialOptions { Device = "ttyS0" });
        Assert.Equal(["Device (\"ttyS0\") must be a full path, as /dev/ttyS0: it would be looked for in whatever directory the service runs in."], result.Failures);
    }

    [Theory]
    [InlineData(150, 19_200, 157)]      // one code byte, four of the checksum, two delimiters
    [InlineData(250, 115_200, 257)]
    [InlineData(251, 115_200, 259)]     // a second code byte
    [InlineData(0, 9600, 7)]
    public void A_frame_occupies_the_line_for_ten_bits_a_byte(int frameBytes, int baudRate, int wireBytes)
    {
        ILinePace pace = new SerialOptions { BaudRate = baudRate };
        Assert.Equal(TimeSpan.FromTicks(wireBytes * 10L * TimeSpan.TicksPerSecond / baudRate), pace.LineTime(frameBytes));
        Assert.Equal($"{baudRate} baud", pace.Line);
    }

    [Fact]
    public void A_speed_that_the_validator_will_refuse_has_no_line_time() => Assert.Equal(TimeSpan.Zero, new SerialOptions { BaudRate = 0 }.LineTime(100));

    [Fact]
    public void Links_in_code_have_options_of_their_own()
    {
        using var provider = Provider(ha => ha
            .AddSerialTransport("null-modem", o => o.Device = s_device)
            .AddSerialTransport("second", o => (o.Device, o.BaudRate) = ("/dev/ttyS1", 115_200)));
        Assert.Equal((s_device, 19_200), (Options(provider, "null-modem").Device, Options(provider, "null-modem").BaudRate));
        Assert.Equal(115_200, Options(provider, "second").BaudRate);
    }

    [Fact]
    public void Links_in_configuration_set_every_option()
    {
        var link = new Dictionary<string, string?>
        {
            ["Name"] = "null-modem",
            ["Type"] = "Serial",
            ["Device"] = s_device,
            ["BaudRate"] = "57600",
            ["Handshake"] = "RtsCts",
        };
        var section = new ConfigurationBuilder()
            .AddInMemoryCollection(link.Select(pair => KeyValuePair.Create($"HaCluster:Links:0:{pair.Key}", pair.Value)))
            .Build().GetSection("HaCluster");
        using var provider = Provider(ha => ha.AddSerialTransportType().AddSerialTransportType().Bind(section));
        var options = Options(provider, "null-modem");
        Assert.Equal((s_device, 57_600, SerialHandshake.RtsCts), (options.Device, options.BaudRate, options.Handshake));
    }

    [Fact]
    public void Wrong_options_of_a_link_are_refused()
    {
        using var provider = Provider(ha => ha.AddSerialTransport("null-modem", o => o.BaudRate = 1).AddSerialTransport("second", _ => { }));
        var failure = Assert.Throws<OptionsValidationException>(() => Options(provider, "null-modem"));
        Assert.Equal("unipd/null-modem", failure.OptionsName);
        Assert.Equal(2, failure.Failures.Count());   // each check runs once, however many links there are
    }

    private static ServiceProvider Provider(Action<IHaClusterBuilder> configure) =>
        new ServiceCollection().AddSingleton(TimeProvider.System).AddHaCluster("unipd", configure).BuildServiceProvider();

    private static SerialOptions Options(IServiceProvider provider, string link) => provider.GetRequiredService<IOptionsMonitor<SerialOptions>>().Get($"unipd/{link}");
}
