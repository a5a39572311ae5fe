package stagecoach.vocabulary.process;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** What a step's action may say, and what the step may say beside it. */
final class ActionRules {
    private static final Pattern REFERENCE = Pattern.compile("#\\{[^}]*}");
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "OPTIONS");

    /** The root of a disk, of a share or of its server, with forward slashes. */
    private static final Pattern ROOT = Pattern.compile("/[/.]*|[A-Za-z]:[/.]*|//[^/]+(/[^/]*/?)?");

    private static final Pattern ABSOLUTE = Pattern.compile("(/|[A-Za-z]:/|#\\{)(?s:.*)");
    private static final int DIRECTORY_LENGTH_MAX = 1024;
    private static final int GLOBS_MAX = 50;
    private static final int GLOB_LENGTH_MAX = 256;
    private static final int GLOB_FOLDERS_MAX = 8;

    private final BiConsumer<String, String> mistakes;

    /** Tells {@code mistakes} the field and the sentence of each mistake. */
    ActionRules(BiConsumer<String, String> mistakes) {
        this.mistakes = mistakes;
    }

    void check(Step step) {
        switch (step.action()) {
            case Action.Script script -> new ScriptRules(mistakes).check(step, script);
            case Action.DeployPackage deploy -> checkPackage(step, deploy);
            case Action.HttpCheck check -> checkHttp(check);
            case Action.HealthCheck check -> checkHealth(step, check);
            case Action.ManualIntervention manual -> checkManual(step, manual);
            case Action.Group _ ->
                    throw new IllegalArgumentException("a group does nothing itself");
        }
    }

    private void checkPackage(Step step, Action.DeployPackage deploy) {
        if (step.phase() == Phase.PRE_ACQUISITION) {
            add(
                    "phase",
                    "A step of PRE_ACQUISITION runs before any package is there, so \"%s\" cannot be installed in it. Move the step to DEPLOYMENT."
                            .formatted(deploy.source().id()));
        }
        if (!(step.runOn() instanceof RunOn.Targets)) {
            add(
                    "runOn",
                    "A package is installed on targets. Name their tags: {\"tags\": [\"web\"]}.");
        }
        checkTravel("package/", deploy.source(), mistakes);
        checkGlobs("substituteIn", deploy.install().substituteIn());
        checkGlobs("structuredVariablesIn", deploy.install().structuredVariablesIn());
        deploy.install().copyTo().ifPresent(this::checkCopy);
    }

    private void checkCopy(Action.CopyTo copy) {
        notToCopyTo(copy.directory())
                .ifPresent(sentence -> add("install/copyTo/directory", sentence));
        checkGlobs("copyTo/except", copy.except());
        if (!copy.purge() && !copy.except().isEmpty()) {
            add(
                    "install/copyTo/except",
                    "except names what a purge leaves, and nothing is purged. Set purge to true, or leave out except.");
        }
        for (int i = 0; i < copy.except().size(); i++) {
            String glob = copy.except().get(i).replace('\\', '/');
            if (ABSOLUTE.matches(glob) || Action.CopyTo.isIdle(glob)) {
                add(
                        "install/copyTo/except/" + i,
                        "\"%s\" matches nothing: patterns are relative to the directory and have no variables. Write it such as logs/** or *.local."
                                .formatted(copy.except().get(i)));
            }
        }
    }

    /** Why a copy cannot go there, as far as that is known without variables. */
    private static Optional<String> notToCopyTo(String directory) {
        String plain = directory.replace('\\', '/');
        if (directory.isBlank()) {
            return Optional.of(
                    "The directory is empty. Name the folder that gets the copy, such as /srv/shop.");
        }
        if (directory.length() > DIRECTORY_LENGTH_MAX
                || directory.chars().anyMatch(Character::isISOControl)) {
            return Optional.of(
                    "A directory is one line of at most %d characters. Correct it, such as to /srv/shop."
                            .formatted(DIRECTORY_LENGTH_MAX));
        }
        if (climbs(plain)) {
            return Optional.of(
                    "\"%s\" goes up with '..'. Write the folder that is meant."
                            .formatted(directory));
        }
        if (ROOT.matches(plain)) {
            return Optional.of(
                    "\"%s\" is the root of a disk. Name a folder of its own below it, such as /srv/shop."
                            .formatted(directory));
        }
        return ABSOLUTE.matches(plain)
                ? Optional.empty()
                : Optional.of(
                        "\"%s\" is relative, and nothing says to what. Write it absolute, such as /srv/shop or C:\\shop."
                                .formatted(directory));
    }

    private static boolean climbs(String path) {
        return List.of(path.split("/", -1)).contains("..");
    }

    /** A machine tries each pattern with and without each of its folders at each file. */
    private void checkGlobs(String field, List<String> globs) {
        if (globs.size() > GLOBS_MAX) {
            add(
                    "install/" + field,
                    "%s has %d patterns, and %d may be. Let one stand for several files, such as **/*.properties."
                            .formatted(field, globs.size(), GLOBS_MAX));
        }
        for (int i = 0; i < globs.size(); i++) {
            String glob = globs.get(i);
            if (glob.length() > GLOB_LENGTH_MAX || foldersIn(glob) > GLOB_FOLDERS_MAX) {
                add(
                        "install/" + field + "/" + i,
                        "A pattern has at most %d characters and %d times **/. Shorten it, such as to **/*.properties."
                                .formatted(GLOB_LENGTH_MAX, GLOB_FOLDERS_MAX));
            } else {
                String place = "install/" + field + "/" + i;
                new Glob(glob)
                        .mistake()
                        .ifPresent(
                                why ->
                                        add(
                                                place,
                                                "\"%s\" is no pattern of file names: %s. Correct it, such as to **/*.properties."
                                                        .formatted(glob, why)));
            }
        }
    }

    /** A pattern of file names, read as machines read it. */
    private static final class Glob {
        private final String text;
        private int at;

        Glob(String text) {
            this.text = text.replace('\\', '/');
        }

        /** What is wrong with it, wherever it is matched. */
        Optional<String> mistake() {
            if (text.isBlank()) {
                return Optional.of("it is empty");
            }
            boolean group = false;
            while (at < text.length()) {
                char next = text.charAt(at++);
                if (next == '{' && group) {
                    return Optional.of("a { stands within another");
                }
                if (next == '[') {
                    Optional<String> mistake = mistakeInChoice();
                    if (mistake.isPresent()) {
                        return mistake;
                    }
                }
                group = next == '{' || (group && next != '}');
            }
            return group ? Optional.of("a { is not closed") : Optional.empty();
        }

        /** Of characters in brackets one is meant; a first ^ is itself, and so is a first -. */
        private Optional<String> mistakeInChoice() {
            boolean empty = !take('^');
            if (empty) {
                take('!');
                empty = !take('-');
            }
            int from = -1;
            while (at < text.length()) {
                char next = text.charAt(at++);
                if (next == ']') {
                    return empty ? Optional.of("nothing stands in [ and ]") : Optional.empty();
                }
                if (next == '/') {
                    return Optional.of("a / or \\ stands in [ and ]");
                }
                empty = false;
                if (next != '-') {
                    from = next;
                } else if (at < text.length() && text.charAt(at) == ']' && from >= 0) {
                    at++;
                    return Optional.empty();
                } else if (from < 0 || (at < text.length() && text.charAt(at) < from)) {
                    return Optional.of("a range in [ and ] goes from the lower to the higher");
                } else {
                    at++;
                    from = -1;
                }
            }
            return Optional.of("a [ is not closed");
        }

        private boolean take(char expected) {
            boolean there = at < text.length() && text.charAt(at) == expected;
            at += there ? 1 : 0;
            return there;
        }
    }

    private static int foldersIn(String glob) {
        int folders = 0;
        String plain = glob.replace('\\', '/');
        for (int at = plain.indexOf("**/"); at >= 0; at = plain.indexOf("**/", at + 1)) {
            folders++;
        }
        return folders;
    }

    /** A package that the server uploads is pulled from nowhere. */
    static void checkTravel(
            String inside, Action.PackageReference reference, BiConsumer<String, String> mistakes) {
        if (reference.acquisitionLocation() == Action.AcquisitionLocation.SERVER
                && reference.source() == Action.PackageSource.FEED) {
            mistakes.accept(
                    inside + "source",
                    "source is where the tentacle pulls from, so it goes with acquisitionLocation EXECUTION_TARGET. Leave it out.");
        }
    }

    private void checkHttp(Action.HttpCheck check) {
        if (!looksLikeUrl(check.url())) {
            add(
                    "http/url",
                    "\"%s\" is no URL to ask: begin with http:// or https://, or with a variable in #{…}."
                            .formatted(check.url()));
        }
        if (!METHODS.contains(check.method())) {
            add(
                    "http/method",
                    "\"%s\" is not asked with: use GET, HEAD, POST, PUT or OPTIONS."
                            .formatted(check.method()));
        }
        if (check.status().isEmpty()) {
            add("http/status", "Name at least one status that is good, such as 200.");
        }
        for (int i = 0; i < check.status().size(); i++) {
            int status = check.status().get(i);
            if (status < 100 || status > 599) {
                add(
                        "http/status/" + i,
                        "%d is no HTTP status: they go from 100 to 599.".formatted(status));
            }
        }
        check.bodyMatches().ifPresent(expression -> checkExpression(expression));
        if (ProcessRules.isNotPositive(check.within())) {
            add("http/within", "within is longer than nothing, such as PT1M.");
        }
        if (ProcessRules.isNotPositive(check.every())) {
            add("http/every", "every is longer than nothing, such as PT2S.");
        } else if (check.every().compareTo(check.within()) > 0) {
            add(
                    "http/every",
                    "every (%s) is longer than within (%s), so it would ask once only. Shorten it."
                            .formatted(check.every(), check.within()));
        }
    }

    private void checkExpression(String expression) {
        try {
            // What variables will put in is not known yet; any word stands for it.
            Pattern.compile(REFERENCE.matcher(expression).replaceAll("x"));
        } catch (PatternSyntaxException e) {
            add(
                    "http/bodyMatches",
                    "\"%s\" is no regular expression of RE2, which knows no references back and no looking around: %s."
                            .formatted(expression, e.getDescription()));
        }
    }

    private void checkHealth(Step step, Action.HealthCheck check) {
        if (check.unavailable() == UnavailableTargets.EXCLUDE
                && !(step.runOn() instanceof RunOn.Targets)) {
            add(
                    "health/unavailable",
                    "EXCLUDE takes targets out, and this health check asks workers. Let it run on targets ({\"tags\": [\"web\"]}), or choose FAIL, SKIP or WAIT.");
        }
        if (ProcessRules.isNotPositive(check.within())) {
            add("health/within", "within is longer than nothing, such as PT1M.");
        }
    }

    private void checkManual(Step step, Action.ManualIntervention manual) {
        if (manual.instructions().isBlank()) {
            add(
                    "manual/instructions",
                    "The instructions are empty. Say what the person is asked to do.");
        }
        if (step.condition() != Condition.SUCCESS) {
            add(
                    "condition",
                    "A manual intervention asks whether to go on, so it stands only where nothing has failed. Leave condition out.");
        }
        if (step.timeout().isPresent()) {
            add(
                    "timeout",
                    "A manual intervention waits until somebody answers. Leave timeout out.");
        }
    }

    private static boolean looksLikeUrl(String url) {
        return url.startsWith("http://") || url.startsWith("https://") || url.startsWith("#{");
    }

    private void add(String field, String sentence) {
        mistakes.accept(field, sentence);
    }
}
