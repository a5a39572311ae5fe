package stagecoach.tentacle.inspect;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.tentacle.home.GatewayTrust;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.KeepRules;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.TicketFolder;
import stagecoach.trust.Thumbprint;

/** What a machine's tentacle is, in a few lines; secrets are not among them. */
public final class Show {
    private static final String INSTALLED = "installed";
    private static final int TICKETS_MAX = 50;

    private Show() {}

    /**
     * The lines.
     *
     * @param path the tentacle's home
     * @param version of this program
     * @param capabilities of this machine and program
     * @throws IOException in words, if there is no enrolled tentacle
     */
    public static String of(Path path, String version, List<String> capabilities)
            throws IOException {
        HomeFolder folder = HomeFolder.at(path);
        Home home = folder.home();
        Settings settings =
                home.settings().orElseThrow(() -> new IOException(path + " is not enrolled."));
        var text = new StringBuilder();
        line(text, "agent", settings.agent().value());
        line(text, "version", version);
        line(text, "program", program(home));
        line(text, "home", "%s (of %s)".formatted(home.root(), Files.getOwner(home.root())));
        line(text, "state", state(folder));
        line(
                text,
                "gateway",
                settings.gateway()
                        .map(URI::toString)
                        .or(
                                () ->
                                        settings.listening()
                                                .map(where -> "dials this machine at " + where))
                        .orElse("none"));
        line(text, "bytes", settings.bytes().map(URI::toString).orElse("none"));
        Optional<URI> server = settings.gateway().or(settings::bytes);
        if (server.isPresent()) {
            line(
                    text,
                    "way",
                    settings.routes()
                            .to(server.get())
                            .map(proxy -> "through " + proxy)
                            .orElse("directly"));
        }
        line(
                text,
                "trusts",
                new GatewayTrust(home, settings)
                        .get().stream().map(Thumbprint::value).collect(Collectors.joining(", ")));
        line(text, "thumbprint", thumbprint(home));
        line(text, "epoch", Long.toString(home.epoch()));
        line(text, "capabilities", String.join(", ", capabilities));
        line(text, "disk", disk(home, settings.keep()));
        HomeFolder.Packages packages = folder.packages();
        line(text, "packages", "%d, %s".formatted(packages.number(), Words.size(packages.bytes())));
        List<HomeFolder.OpenTicket> tickets = folder.openTickets();
        line(text, "tickets", tickets.isEmpty() ? "none open" : tickets.size() + " open");
        tickets.stream()
                .limit(TICKETS_MAX)
                .forEach(ticket -> text.append("  ").append(told(ticket)).append('\n'));
        return text.toString();
    }

    private static void line(StringBuilder text, String what, String words) {
        text.append("%-13s %s\n".formatted(what, words));
    }

    private static String state(HomeFolder folder) throws IOException {
        OptionalLong worker = folder.worker();
        return worker.isPresent() ? "runs, process " + worker.getAsLong() : "does not run";
    }

    /** Which program an upgrade by command has left to be run. */
    private static String program(Home home) throws IOException {
        Path current = home.upgrade().resolve("current");
        String chosen = Files.exists(current) ? Files.readString(current).strip() : INSTALLED;
        Path version = home.upgrade().resolve(chosen).resolve("version");
        if (!Files.exists(version)) {
            return "the one that was installed";
        }
        return "%s, from an upgrade (%s)".formatted(Files.readString(version).strip(), chosen);
    }

    private static String thumbprint(Home home) throws IOException {
        Path file = home.root().resolve("identity").resolve("thumbprint");
        return Files.exists(file)
                ? Files.readString(file, StandardCharsets.US_ASCII).strip()
                : "none yet";
    }

    private static String disk(Home home, KeepRules keep) throws IOException {
        return "%s free; %s of it stays free of packages%s"
                .formatted(
                        Words.size(home.freeBytes()),
                        Words.size(keep.freeBytes()),
                        keep.days()
                                        .map(", which go after %d days without use"::formatted)
                                        .orElse("")
                                + keep.versions()
                                        .map(", of each of which %d versions stay"::formatted)
                                        .orElse(""));
    }

    private static String told(HomeFolder.OpenTicket ticket) {
        return ticket.accepted()
                .map(accepted -> ticket.ticket() + " " + told(accepted))
                .orElseGet(() -> ticket.ticket() + " (cannot be read)");
    }

    private static String told(TicketFolder.Accepted accepted) {
        AgentCommand command = accepted.delivered().command();
        CommandContext context = command.context();
        return "%s%s of deployment %s, since %s"
                .formatted(
                        command.getClass().getSimpleName(),
                        context.step().map(step -> ", step " + step).orElse(""),
                        context.deployment(),
                        accepted.at());
    }
}
