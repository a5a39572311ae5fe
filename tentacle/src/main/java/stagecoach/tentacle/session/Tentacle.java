package stagecoach.tentacle.session;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import stagecoach.tentacle.desk.Desk;
import stagecoach.tentacle.desk.Workshop;
import stagecoach.tentacle.home.Certificates;
import stagecoach.tentacle.home.GatewayTrust;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.Bell;
import stagecoach.tentacle.journal.TicketJournal;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.proxy.Routes;

/** A tentacle at work: takes up what was left, then keeps a session with its gateway. */
public final class Tentacle {
    private final Contact contact;
    private final Desk desk;

    private Tentacle(Contact contact, Desk desk) {
        this.contact = contact;
        this.desk = desk;
    }

    /**
     * Puts the parts together; nothing is begun yet.
     *
     * @param onStands called each time that a session stands
     */
    public static Tentacle open(
            Home home,
            Settings settings,
            Vertx vertx,
            String version,
            SessionRules rules,
            FetchRules fetches,
            Runnable onStands)
            throws IOException {
        InstantSource clock = InstantSource.system();
        Bell news = new Bell();
        Certificates certificates = home.certificates();
        Routes routes = settings.routes();
        Desk desk =
                new Desk(
                        settings.agent(),
                        new TicketJournal(home, clock, news::ring),
                        Workshop.open(home, settings, certificates, routes, fetches),
                        news);
        var gateways = new GatewayTrust(home, settings);
        // What is damaged is said now, not at each handshake.
        var _ = gateways.read();
        var party =
                new GatewaySession.Party(
                        settings.agent(),
                        version,
                        home,
                        certificates,
                        gateways,
                        desk,
                        news,
                        onStands);
        return new Tentacle(contact(settings, vertx, routes, rules, party, clock), desk);
    }

    private static Contact contact(
            Settings settings,
            Vertx vertx,
            Routes routes,
            SessionRules rules,
            GatewaySession.Party party,
            InstantSource clock)
            throws IOException {
        if (settings.listening().isPresent()) {
            return new Listener(vertx, settings.listening().get(), rules, party);
        }
        URI gateway =
                settings.gateway()
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "It is not settled where the gateway is. Enrol the machine again."));
        return new Dialer(vertx, gateway, routes, rules, party, clock);
    }

    /** What this machine can do, and what this program can. */
    public static List<String> capabilities() {
        return MachineHealth.capabilities();
    }

    /**
     * Works until the gateway says to stay away, or {@link #stop} was called. Scripts go on either
     * way.
     *
     * @return the gateway's words; empty when stopped from here
     */
    public String run() throws IOException, InterruptedException {
        desk.takeUp();
        return contact.run();
    }

    /** Ends the session; scripts go on. */
    public void stop() {
        contact.stop();
    }
}
