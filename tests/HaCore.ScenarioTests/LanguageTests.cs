using HaCore.Testing.Scenarios;

namespace HaCore.ScenarioTests;

/// <summary>What a writer of scenarios is told when the text is wrong.</summary>
public sealed class LanguageTests
{
    private const string Good = "scenario: a story\npolicy: Wait\nstart a b\n";

    [Theory]
    [InlineData("strat a", "x:4: strat is not understood; did you mean \"start\"?")]
    [InlineData("start c", "x:4: c is not understood after \"start\"; did you mean \"a\"?")]
    [InlineData("cut crosover", "x:4: crosover is not understood after \"cut\"; did you mean \"crossover\"?")]
    [InlineData("expect wep on a", "did you mean \"web\"?")]
    [InlineData("expect web on", "x:4: something is missing after \"expect web on\"; expected a node (a, b)")]
    [InlineData("wait 5", "x:4: 5 is not understood after \"wait\"; expected a time like 200ms, 2s, 1.5s, 5min or 2h")]
    [InlineData("wait 5s now", "x:4: now is not understood after \"wait 5s\"; expected the end of the line")]
    [InlineData("expect event FenceOrdred on a", "did you mean \"FenceOrdered\"?")]
    [InlineData("on a hactl stanby b", "did you mean \"standby\"?")]
    [InlineData("status a \"open", "has no second quotation mark")]
    [InlineData("links: lan", "x:4: the setting \"links: ...\" must stand before the story begins (line 3)")]
    [InlineData("lose 130% on lan", "a share like 30%")]
    [InlineData("double b as a", "x:4: a is the name of another machine")]
    [InlineData("wait 99999999h", "expected a time like")]
    public void An_error_names_file_line_word_and_what_could_stand_there(string line, string message)
    {
        var error = Assert.Throws<ScenarioFormatException>(() => ScenarioFile.Parse(Good + line, "x"));
        Assert.Contains(message, Assert.Single(error.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("policy: Fense", "did you mean \"Fence\"?")]
    [InlineData("group web: prefers c", "c is not understood after \"prefers\"")]
    [InlineData("group web: resources disk, prefers a, replicatd", "did you mean \"replicated\"?")]
    [InlineData("links: lan lan", "each with a name of its own")]
    [InlineData("times: Lam", "did you mean \"Lan\"?")]
    [InlineData("group mail: resources disk\ngroup web: resources disk", "the name disk is used twice")]
    public void A_wrong_setting_is_told_the_same_way(string setting, string message)
    {
        var error = Assert.Throws<ScenarioFormatException>(() => ScenarioFile.Parse("scenario: a story\npolicy: Wait\n" + setting + "\nstart a", "x"));
        Assert.Contains(message, string.Join('\n', error.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_told_at_once_and_what_is_missing_too()
    {
        var error = Assert.Throws<ScenarioFormatException>(() => ScenarioFile.Parse("strat a\nwait\n", "x"));
        Assert.Equal(5, error.Errors.Count);
        Assert.Contains("x: has no line \"scenario: ...\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("there is no default, as in a configuration", error.Message, StringComparison.Ordinal);
        Assert.Contains("x: has no story", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_double_has_a_name_from_its_line_on()
    {
        Assert.Throws<ScenarioFormatException>(() => ScenarioFile.Parse(Good + "start twin"));
        Assert.NotNull(ScenarioFile.Parse(Good + "double b as twin\nstart twin"));
    }

    [Fact]
    public void A_text_of_any_size_is_refused_before_it_is_read() =>
        Assert.Throws<ScenarioFormatException>(() => ScenarioFile.Parse(new string('\n', 2000)));

    [Theory]
    [InlineData("start a b")]
    [InlineData("cut all from a")]
    [InlineData("lose 30% on lan crossover")]
    [InlineData("resource disk on a start fails-halfway")]
    [InlineData("on b hactl confirm-down a --token noted refused")]
    [InlineData("expect status a says \"a, b # c\" within 1.5s")]
    public void Words_may_be_used_like_this(string line) => Assert.NotNull(ScenarioFile.Parse(Good + line));

    [Fact]
    public void Two_forms_never_fit_the_same_line()
    {
        var forms = Verbs.All.Phrases.Select(p => p.Form).ToArray();
        Assert.Equal(forms.Length, forms.Distinct().Count());
    }
}
