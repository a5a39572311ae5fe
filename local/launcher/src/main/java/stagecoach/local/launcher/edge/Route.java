package stagecoach.local.launcher.edge;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.regex.Pattern;

/** Which service answers a path; each path of the API belongs to one. */
enum Route {
    /** Configuration, releases, deployments, the read side, health; whatever is nobody else's. */
    ORCHESTRATOR("orchestrator"),
    /** Packages, feeds and caches. */
    PACKAGE_SERVICE("package-service"),
    /** Enrolments and agents. */
    AGENT_GATEWAY("agent-gateway"),
    /** Nothing but its own operation. */
    STEP_RUNNER("step-runner"),
    /** What services say to each other, and tell of their operation, is for nobody outside. */
    NOWHERE("nobody");

    /** What stands before the path where a request line has a whole address. */
    private static final Pattern ABSOLUTE = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*");

    private final String service;

    Route(String service) {
        this.service = service;
    }

    /** The name of the service, for people. */
    String service() {
        return service;
    }

    /**
     * The route of a request path as it stands on the request line, however it is spelled: a
     * service reads percent signs, dots, double slashes and semicolons in its own way, so the
     * decision is made over what it may read.
     */
    static Route of(String rawPath) {
        String path;
        try {
            path = plain(ABSOLUTE.matcher(rawPath).replaceFirst(""));
        } catch (IllegalArgumentException e) {
            // No path by the book: who knows what a service would read.
            return NOWHERE;
        }
        if (isAt(path, "/internal") || (isAt(path, "/q") && !isAt(path, "/q/health"))) {
            return NOWHERE;
        }
        if (isAt(path, "/api/v1/services/step-runner")) {
            return STEP_RUNNER;
        }
        if (isAt(path, "/api/v1/services/agent-gateway")) {
            return AGENT_GATEWAY;
        }
        if (isAt(path, "/api/v1/services/package-service")) {
            return PACKAGE_SERVICE;
        }
        if (isAt(path, "/api/v1/enrolments") || isAt(path, "/api/v1/agents")) {
            return AGENT_GATEWAY;
        }
        if (isAt(path, "/api/v1/feeds") || isAt(path, "/api/v1/caches") || isAt(path, "/nuget")) {
            return PACKAGE_SERVICE;
        }
        return ORCHESTRATOR;
    }

    private static boolean isAt(String path, String prefix) {
        return path.equals(prefix) || path.startsWith(prefix + "/");
    }

    private static String plain(String rawPath) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : decoded(rawPath).replaceAll(";[^/]*", "").split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        return "/" + String.join("/", segments).toLowerCase(Locale.ROOT);
    }

    private static String decoded(String rawPath) {
        return URLDecoder.decode(rawPath.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
