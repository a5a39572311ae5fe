package stagecoach.vocabulary.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;

/** What a step does at each place it runs. */
public sealed interface Action {
    /** The packages that it needs where it runs, each once; a group needs none itself. */
    default List<PackageReference> neededPackages() {
        return switch (this) {
            case Script script -> script.allPackages().stream().map(ScriptPackage::source).toList();
            case DeployPackage deploy -> List.of(deploy.source());
            case HttpCheck _, HealthCheck _, ManualIntervention _, Group _ -> List.of();
        };
    }

    /**
     * Runs a script: a body, or a file that lies in a package. Either may hold {@code #{…}};
     * neither ever enters an event.
     *
     * @param body empty where the script is a file
     * @param packages what the script refers to
     * @param file the script where it lies in a package, which need not stand among the others
     */
    record Script(
            Syntax syntax, String body, List<ScriptPackage> packages, Optional<ScriptFile> file)
            implements Action {
        /** Copies the packages; what was written before there were any has none. */
        public Script {
            packages = packages == null ? List.of() : List.copyOf(packages);
        }

        /** A script that needs no package. */
        public Script(Syntax syntax, String body) {
            this(syntax, body, List.of(), Optional.empty());
        }

        /** Every package that must be there, each once: those it refers to, and its own. */
        public List<ScriptPackage> allPackages() {
            var all = new ArrayList<>(packages);
            file.map(ScriptFile::source)
                    .filter(
                            own ->
                                    packages.stream()
                                            .noneMatch(p -> p.source().id().equals(own.id())))
                    .ifPresent(own -> all.add(new ScriptPackage(own, true)));
            return List.copyOf(all);
        }
    }

    /**
     * A package that a script refers to.
     *
     * @param extract whether it lies there unpacked; if not, as the one file that it is
     */
    record ScriptPackage(PackageReference source, boolean extract) {}

    /**
     * A script that lies in a package.
     *
     * @param path from the package's top, with forward slashes
     */
    record ScriptFile(PackageReference source, String path) {}

    /** Brings a package to the target and installs it. */
    record DeployPackage(PackageReference source, Install install) implements Action {}

    /** Asks a URL until it answers as expected. */
    record HttpCheck(
            String url,
            String method,
            List<Integer> status,
            Optional<String> bodyMatches,
            Duration within,
            Duration every)
            implements Action {
        /** Copies the statuses. */
        public HttpCheck {
            status = List.copyOf(status);
        }
    }

    /**
     * Asks whether the machine is there and does its work.
     *
     * @param unavailable what becomes of a machine that is not
     * @param within how long its answer may take
     */
    record HealthCheck(UnavailableTargets unavailable, Duration within) implements Action {}

    /**
     * Waits until a person has said how to go on.
     *
     * @param instructions what the person is asked to do, shown as it stands
     * @param roles who may answer; empty means everyone who may deploy
     */
    record ManualIntervention(String instructions, List<String> roles) implements Action {
        /** Copies the roles. */
        public ManualIntervention {
            roles = List.copyOf(roles);
        }
    }

    /** Runs its children one after the other on each target, targets side by side. */
    record Group(List<Step> steps) implements Action {
        /** Copies the children. */
        public Group {
            steps = List.copyOf(steps);
        }
    }

    /** The language of a script. */
    enum Syntax {
        BASH,
        SH,
        POWERSHELL,
        PYTHON
    }

    /** Which package, from which feed, and how it travels. */
    record PackageReference(
            FeedId feed,
            PackageId id,
            AcquisitionLocation acquisitionLocation,
            PackageSource source) {}

    /** Who brings a package to the target. */
    enum AcquisitionLocation {
        /** The tentacle pulls it itself. */
        EXECUTION_TARGET,
        /** It is fetched at the server and uploaded to the tentacle over its secure channel. */
        SERVER
    }

    /** Where a tentacle that pulls looks first. */
    enum PackageSource {
        NEAREST_CACHE,
        FEED
    }

    /**
     * How a package is installed.
     *
     * @param directory absolute, or relative to the tentacle's home; empty means {@code
     *     applications/<environment>/<package id>/<version>}
     * @param substituteIn globs of files in which {@code #{…}} is substituted
     * @param keepReleases how many older releases stay on a machine besides the current one; empty
     *     means all. Only without a {@code directory}, which holds one
     * @param structuredVariablesIn globs of structured files (JSON, YAML, XML, properties) in which
     *     variables replace the values that their names lead to
     * @param copyTo where a copy goes, besides
     */
    record Install(
            Optional<String> directory,
            List<String> substituteIn,
            Optional<Integer> keepReleases,
            List<String> structuredVariablesIn,
            Optional<CopyTo> copyTo) {
        /** Copies the globs; what was written before there were structured files has none. */
        public Install {
            substituteIn = List.copyOf(substituteIn);
            structuredVariablesIn =
                    structuredVariablesIn == null ? List.of() : List.copyOf(structuredVariablesIn);
            if (directory.isPresent() && keepReleases.isPresent()) {
                throw new IllegalArgumentException("A directory of one's own holds one release.");
            }
        }

        /** An installation without a copy. */
        public Install(
                Optional<String> directory,
                List<String> substituteIn,
                Optional<Integer> keepReleases,
                List<String> structuredVariablesIn) {
            this(directory, substituteIn, keepReleases, structuredVariablesIn, Optional.empty());
        }

        /** An installation that removes nothing. */
        public Install(Optional<String> directory, List<String> substituteIn) {
            this(directory, substituteIn, Optional.empty(), List.of());
        }
    }

    /**
     * A folder of the user's own that gets a copy of what is installed.
     *
     * @param directory absolute on the machine; may hold {@code #{…}}
     * @param purge whether what is there goes first
     * @param except globs, relative to the directory, of what a purge leaves
     */
    record CopyTo(String directory, boolean purge, List<String> except) {
        private static final Set<String> IDLE_NAMES = Set.of("", ".", "..");

        /** Copies the globs. */
        public CopyTo {
            except = List.copyOf(except);
        }

        /**
         * Whether no path below the directory is ever named by this pattern: one that goes through
         * {@code .}, {@code ..} or an empty name, or waits for a variable.
         */
        public static boolean isIdle(String glob) {
            if (glob.contains("#{")) {
                return true;
            }
            String plain = glob.replace('\\', '/').replaceFirst("/+$", "");
            return !plain.isEmpty()
                    && Stream.of(plain.split("/", -1)).anyMatch(IDLE_NAMES::contains);
        }
    }
}
