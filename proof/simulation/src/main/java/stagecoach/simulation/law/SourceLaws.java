package stagecoach.simulation.law;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.Source;
import stagecoach.packages.routing.Sources;
import stagecoach.vocabulary.identity.RunId;
import stagecoach.vocabulary.packages.Sha512;

/** What a cache gets in a run, no region has read at the server before in its stead. */
final class SourceLaws {
    private final Map<RunId, Course> courses = new HashMap<>();

    /** What has happened in a run. */
    private static final class Course {
        private final AcquisitionStarted started;
        private final Set<Sha512> failed = new HashSet<>();
        private final Map<Sha512, TargetAcquiring> atTheServer = new HashMap<>();

        Course(AcquisitionStarted started) {
            this.started = started;
        }

        /** Whether a target's region would rather read elsewhere. */
        boolean wouldWait(TargetAcquiring told) {
            return started.needs().stream()
                    .filter(need -> need.pinned().pin().equals(told.pin()))
                    .flatMap(
                            need ->
                                    need.targets().stream()
                                            .filter(one -> one.target().equals(told.target()))
                                            .map(
                                                    one ->
                                                            one.region().isPresent()
                                                                    && Sources.fromCaches(
                                                                            need.pinned())))
                    .allMatch(waits -> waits);
        }
    }

    void happened(RunId run, List<AcquisitionEvent> events) {
        for (AcquisitionEvent event : events) {
            if (event instanceof AcquisitionStarted started) {
                courses.put(run, new Course(started));
            }
            @Nullable Course course = courses.get(run);
            if (course != null) {
                look(run, course, event);
            }
        }
    }

    private static void look(RunId run, Course course, AcquisitionEvent event) {
        if (event instanceof ReplicationFailed failed) {
            course.failed.add(failed.pin().sha512());
        } else if (event instanceof TargetAcquiring told
                && told.sources().getFirst() instanceof Source.Server
                && !course.failed.contains(told.pin().sha512())
                && course.wouldWait(told)) {
            course.atTheServer.putIfAbsent(told.pin().sha512(), told);
        } else if (event instanceof PackageReplicated replicated) {
            @Nullable TargetAcquiring told = course.atTheServer.get(replicated.pin().sha512());
            if (told != null) {
                throw new Broken(
                        Invariant.A_LINK_CARRIES_A_PACKAGE_ONCE,
                        "%s reads %s at the server in run %s, and cache %s was about to have it"
                                .formatted(
                                        told.target(),
                                        told.pin().id(),
                                        run.run(),
                                        replicated.cache()));
            }
        }
    }
}
