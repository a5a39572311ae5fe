package stagecoach.simulation.service;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentCommand.CheckHttp;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.simulation.draw.Dice;
import stagecoach.simulation.draw.Scenario;
import stagecoach.simulation.draw.Scenario.MachineDraft;
import stagecoach.simulation.draw.Scenario.StepDraft;
import stagecoach.simulation.draw.Scenario.Trouble;
import stagecoach.simulation.engine.Play;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Mutex;

/** A process (or a transfer) on a machine; how it goes is the ticket's fate. */
final class Work {
    private final long durationMillis;
    private final int exitCode;
    private final Trouble manner;
    private boolean alive = true;
    private boolean killed;

    private Work(long durationMillis, int exitCode, Trouble manner) {
        this.durationMillis = durationMillis;
        this.exitCode = exitCode;
        this.manner = manner;
    }

    static Work of(Play play, MachineDraft machine, AgentCommand command, Set<Sha512> held) {
        long seed = play.scenario().seed();
        var ticket = command.ticket();
        if (command instanceof AcquirePackage) {
            boolean fails = Dice.fate(seed, 100, ticket, "fails") < machine.deliveryFailsPercent();
            return new Work(
                    machine.slowness() * (100L + Dice.fate(seed, 30_000, ticket)),
                    fails ? 1 : 0,
                    Trouble.NONE);
        }
        var step = step(play.scenario(), command);
        boolean lacks = !held.containsAll(needs(command));
        return new Work(
                machine.slowness() * duration(seed, step, command),
                lacks ? 1 : exitCode(seed, step, command),
                step.trouble());
    }

    private static List<Sha512> needs(AgentCommand command) {
        return switch (command) {
            case InstallPackage install -> List.of(install.pin().sha512());
            case RunScript script ->
                    script.packages().stream().map(beside -> beside.pin().sha512()).toList();
            case AcquirePackage _, CheckHttp _, CancelCommand _ -> List.of();
        };
    }

    private static StepDraft step(Scenario scenario, AgentCommand command) {
        var name = command.context().step().orElseThrow().value();
        return scenario.steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static long duration(long seed, StepDraft step, AgentCommand command) {
        long usual = 20L + Dice.fate(seed, 5_000, command.ticket());
        return switch (step.trouble()) {
            case SLOW, CANNOT_BE_KILLED, IGNORES_TERM -> usual * 60;
            case NONE, FIRST_TRY_FAILS, FAILS_SOMEWHERE, FAILS -> usual;
        };
    }

    private static int exitCode(long seed, StepDraft step, AgentCommand command) {
        var target = command.context().target().map(Object::toString).orElse("");
        return switch (step.trouble()) {
            case NONE, SLOW, IGNORES_TERM, CANNOT_BE_KILLED -> 0;
            case FIRST_TRY_FAILS -> Dice.fate(seed, 2, command.ticket(), "first");
            case FAILS_SOMEWHERE -> Dice.fate(seed, 3, step.name(), target) == 0 ? 1 : 0;
            case FAILS -> 1;
        };
    }

    /** The mode of the machine's usual lock; empty for what needs none. */
    static Optional<Mutex.Mode> lockOf(AgentCommand command) {
        return switch (command) {
            case RunScript script -> Optional.of(script.mutex().mode());
            case InstallPackage install -> Optional.of(install.mutex().mode());
            case AcquirePackage _, CheckHttp _, CancelCommand _ -> Optional.empty();
        };
    }

    static Optional<Duration> timeout(AgentCommand command) {
        return switch (command) {
            case RunScript script -> script.timeout();
            case InstallPackage install -> install.timeout();
            case AcquirePackage _, CheckHttp _, CancelCommand _ -> Optional.empty();
        };
    }

    static Instant expiresAt(AgentCommand command) {
        return switch (command) {
            case RunScript script -> script.expiresAt();
            case InstallPackage install -> install.expiresAt();
            case AcquirePackage acquire -> acquire.expiresAt();
            case CheckHttp check -> check.expiresAt();
            case CancelCommand _ -> throw new IllegalArgumentException("a cancel is no work");
        };
    }

    long durationMillis() {
        return durationMillis;
    }

    /** How it takes being stopped. */
    Trouble manner() {
        return manner;
    }

    boolean canBeKilled() {
        return manner != Trouble.CANNOT_BE_KILLED;
    }

    boolean isAlive() {
        return alive;
    }

    /** It is over, by itself or not. */
    void die() {
        alive = false;
    }

    /** It is cut off; it has no exit code. */
    void kill() {
        alive = false;
        killed = true;
    }

    /** Its exit code once it is over; -1 if it was cut off. */
    int exitCode() {
        return killed ? -1 : exitCode;
    }
}
