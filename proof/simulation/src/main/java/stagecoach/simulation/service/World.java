package stagecoach.simulation.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.draw.Dice;
import stagecoach.simulation.draw.Scenario;
import stagecoach.simulation.draw.Scenario.Fault;
import stagecoach.simulation.engine.Letter.Channel;
import stagecoach.simulation.engine.Play;
import stagecoach.simulation.engine.Post;
import stagecoach.simulation.engine.Service;
import stagecoach.simulation.engine.Timeline;
import stagecoach.simulation.law.Broken;
import stagecoach.simulation.law.Invariant;
import stagecoach.simulation.law.Laws;
import stagecoach.simulation.tale.Tale;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;

/** All services and machines of a scenario, and the trouble that befalls them. */
public final class World {
    private static final int BEATS_MAX = 60_000;

    private final Play play;
    private final Orchestrator orchestrator;
    private final StepRunner stepRunner;
    private final Packages packages;
    private final Gateway gateway;
    private final List<Machine> machines = new ArrayList<>();
    private final List<Service> services;
    private final List<Fault> faults;

    /** A world at its beginning. */
    public World(Scenario scenario, Optional<Defect> defect) {
        var time = new Timeline();
        var dice = new Dice(scenario.seed() ^ 0x5deece66dL);
        play =
                new Play(
                        scenario,
                        defect,
                        time,
                        dice,
                        new Laws(scenario.tasksMax(), Shop.conditions(scenario)),
                        new Tale(time::millis),
                        new Post(scenario, time, dice));
        orchestrator = new Orchestrator(play, () -> machines.forEach(Machine::losePackages));
        stepRunner = new StepRunner(play);
        packages = new Packages(play);
        gateway = new Gateway(play, stepRunner);
        services = List.of(orchestrator, stepRunner, packages, gateway);
        scenario.targets()
                .forEach(
                        one ->
                                machines.add(
                                        new Machine(
                                                play,
                                                gateway,
                                                AgentId.of(new TargetId(one.id())),
                                                one)));
        scenario.workers()
                .forEach(
                        one ->
                                machines.add(
                                        new Machine(
                                                play,
                                                gateway,
                                                AgentId.of(new WorkerId(one.id())),
                                                one)));
        faults = new ArrayList<>(scenario.faults());
    }

    /** What has happened, in words. */
    public Tale tale() {
        return play.tale();
    }

    /** The services, for those who want their histories. */
    public List<Service> services() {
        return services;
    }

    /** What the laws have seen. */
    public Laws laws() {
        return play.laws();
    }

    /**
     * Lets everything happen until nothing comes any more.
     *
     * @return how many things happened
     * @throws Broken if an invariant did not hold
     */
    public int live() {
        machines.forEach(Machine::arrive);
        orchestrator.expectDeployments();
        int beats = 0;
        try {
            while (true) {
                while (!faults.isEmpty() && faults.getFirst().beat() <= beats) {
                    strike(faults.removeFirst());
                }
                if (!play.time().next()) {
                    if (faults.isEmpty()) {
                        break;
                    }
                    strike(faults.removeFirst());
                }
                beats++;
                play.laws().look(play.time().millis(), play.time().clock());
                if (beats > BEATS_MAX) {
                    throw new Broken(
                            Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK,
                            "the world does not come to rest");
                }
            }
            play.laws().quiet();
            services.forEach(Service::verify);
            stepRunner.allOver();
            packages.allOver();
            gateway.allOver();
            orchestrator.allOver();
        } catch (IllegalStateException
                | IllegalArgumentException
                | java.util.NoSuchElementException e) {
            var broken =
                    new Broken(
                            Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK,
                            "a rule failed: %s".formatted(e));
            broken.initCause(e);
            throw broken;
        }
        return beats;
    }

    private void strike(Fault fault) {
        switch (fault.kind()) {
            case SERVICE_CRASHES -> service(fault).crash(Math.min(fault.seconds(), 600));
            case POD_RESTARTS -> service(fault).restartPod((int) fault.seconds());
            case TENTACLE_RESTARTS -> machine(fault).restart(Math.min(fault.seconds(), 600));
            case MACHINE_REBOOTS -> machine(fault).reboot(Math.min(fault.seconds(), 600));
            case MACHINE_STAYS_AWAY -> machine(fault).stayAway();
            case LINK_BREAKS -> machine(fault).loseLink(fault.seconds());
            case CLOCK_JUMPS -> jump(fault);
            case LOG_LOSES_ITS_TAIL -> {
                switch (Math.floorMod(fault.whom(), 4)) {
                    case 0 -> orchestrator.loseLog(Channel.DEPLOYMENTS);
                    case 1 -> stepRunner.loseLog(Channel.STEPS);
                    case 2 -> packages.loseLog(Channel.ACQUISITIONS);
                    default -> gateway.loseLog(Channel.AGENTS);
                }
            }
            case SOMEONE_CANCELS -> orchestrator.cancel(fault.whom(), fault.seconds() % 2 == 0);
            case SOMEONE_RETRIES_WHAT_FAILED -> orchestrator.retry(fault.whom(), false);
            case SOMEONE_RETRIES_ALL -> orchestrator.retry(fault.whom(), true);
        }
    }

    private void jump(Fault fault) {
        long seconds = fault.whom() % 3 == 0 ? -Math.min(fault.seconds(), 60) : fault.seconds();
        play.tale().tell("clock", "jumps by %d s".formatted(seconds));
        play.time().jump(Duration.ofSeconds(seconds));
        services.forEach(Service::clockJumped);
    }

    private Service service(Fault fault) {
        return services.get(Math.floorMod(fault.whom(), services.size()));
    }

    private Machine machine(Fault fault) {
        return machines.get(Math.floorMod(fault.whom(), machines.size()));
    }
}
