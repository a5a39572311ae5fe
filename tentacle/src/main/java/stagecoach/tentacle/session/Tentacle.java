package stagecoach.tentacle.session;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import stagecoach.tentacle.desk.Desk;
import stagecoach.tentacle.desk.Workshop;
import stagecoach.tentacle.home.Certificates;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.Bell;
import stagecoach.tentacle.journal.TicketJournal;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.proxy.Routes;

/** A tentacle at work: takes up what was left, then keeps a session with its gateway. */
public final class Tentacle {
    private final Dialer dialer;
    private final Desk desk;

    private Tentacle(Dialer dialer, Desk desk) {
        this.dialer = dialer;
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
        var party =
                new GatewaySession.Party(
                        settings.agent(), version, home, certificates, desk, news, onStands);
        return new Tentacle(new Dialer(vertx, settings, routes, rules, party, clock), desk);
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
        return dialer.run();
    }

    /** Ends the session; scripts go on. */
    public void stop() {
        dialer.stop();
    }
}
