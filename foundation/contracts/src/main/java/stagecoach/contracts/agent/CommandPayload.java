package stagecoach.contracts.agent;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.process.Action.Syntax;

/**
 * The part of a command that may hold secrets: kept encrypted by its owner, fetched on delivery,
 * never in an event.
 */
public sealed interface CommandPayload {
    /**
     * A script, ready to run.
     *
     * @param body with {@code #{…}} already substituted; empty where the script is a file
     * @param variables by their names; the tentacle gives them to the process as environment
     * @param masks values that must not appear in output
     * @param file the script where it lies in one of the command's packages; there the tentacle
     *     substitutes {@code #{…}}
     */
    record Script(
            Syntax syntax,
            String body,
            Map<String, String> variables,
            List<String> masks,
            Optional<PackagedFile> file)
            implements CommandPayload {
        /** Copies both. */
        public Script {
            variables = Map.copyOf(variables);
            masks = List.copyOf(masks);
        }

        /** A script with a body. */
        public Script(
                Syntax syntax, String body, Map<String, String> variables, List<String> masks) {
            this(syntax, body, variables, masks, Optional.empty());
        }

        /** Tells no value, and nothing that values went into. */
        @Override
        public String toString() {
            return "Script[syntax=%s, variables=%s, masks=%d, file=%s]"
                    .formatted(syntax, variables.keySet(), masks.size(), file);
        }
    }

    /**
     * A file in a package.
     *
     * @param path from the package's top, with forward slashes
     */
    record PackagedFile(PackageId id, String path) {}

    /**
     * How to install a package.
     *
     * @param directory absolute, or relative to the tentacle's home
     * @param substituteIn globs of files in which {@code #{…}} is substituted
     * @param keepReleases how many older releases of the package, which the same step installed
     *     there, stay besides this one; empty means all
     * @param structuredVariablesIn globs of structured files in which variables replace the values
     *     that their names lead to
     * @param copyTo where a copy goes, besides
     */
    record Install(
            String directory,
            List<String> substituteIn,
            Map<String, String> variables,
            List<String> masks,
            Optional<Integer> keepReleases,
            List<String> structuredVariablesIn,
            Optional<CopyTo> copyTo)
            implements CommandPayload {
        /** Copies all; what was written before there were structured files has none. */
        public Install {
            substituteIn = List.copyOf(substituteIn);
            variables = Map.copyOf(variables);
            masks = List.copyOf(masks);
            structuredVariablesIn =
                    structuredVariablesIn == null ? List.of() : List.copyOf(structuredVariablesIn);
        }

        /** An installation without a copy. */
        public Install(
                String directory,
                List<String> substituteIn,
                Map<String, String> variables,
                List<String> masks,
                Optional<Integer> keepReleases,
                List<String> structuredVariablesIn) {
            this(
                    directory,
                    substituteIn,
                    variables,
                    masks,
                    keepReleases,
                    structuredVariablesIn,
                    Optional.empty());
        }

        /** An installation that removes nothing. */
        public Install(
                String directory,
                List<String> substituteIn,
                Map<String, String> variables,
                List<String> masks) {
            this(directory, substituteIn, variables, masks, Optional.empty(), List.of());
        }

        /** Tells no value, and nothing that values went into. */
        @Override
        public String toString() {
            return "Install[substituteIn=%s, structuredVariablesIn=%s, variables=%s, masks=%d, keepReleases=%s, copied=%s]"
                    .formatted(
                            substituteIn,
                            structuredVariablesIn,
                            variables.keySet(),
                            masks.size(),
                            keepReleases,
                            copyTo.isPresent());
        }
    }

    /**
     * A folder that gets a copy of what is installed.
     *
     * @param directory absolute, with {@code #{…}} already substituted
     * @param purge whether what is there goes first
     * @param except globs, relative to the directory, of what a purge leaves
     */
    record CopyTo(String directory, boolean purge, List<String> except) {
        /** Copies the globs. */
        public CopyTo {
            except = List.copyOf(except);
        }

        /** Tells nothing that values went into. */
        @Override
        public String toString() {
            return "CopyTo[purge=%s, except=%s]".formatted(purge, except);
        }
    }

    /** What to ask and which answer to wait for. */
    record Http(
            String url,
            String method,
            List<Integer> status,
            Optional<String> bodyMatches,
            Duration within,
            Duration every,
            List<String> masks)
            implements CommandPayload {
        /** Copies both lists. */
        public Http {
            status = List.copyOf(status);
            masks = List.copyOf(masks);
        }

        /** Tells nothing that values went into. */
        @Override
        public String toString() {
            return "Http[method=%s, status=%s, within=%s, every=%s, masks=%d]"
                    .formatted(method, status, within, every, masks.size());
        }
    }
}
