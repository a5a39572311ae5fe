package stagecoach.guards;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LayersTest {
    private static final MayUseTable TABLE = MayUseTable.read();
    private static final JavaClasses STAGECOACH =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> !location.contains("tests.jar"))
                    .importPackages("stagecoach");

    /** What pure code may not know: the clock, chance, files, JSON, loggers, frameworks. */
    private static final String[] IMPURE = {
        "java.io..", "java.nio.file..", "java.net..", "java.sql..", "java.util.logging..",
                "org.slf4j..",
        "com.fasterxml..", "io.quarkus..", "io.vertx..", "io.smallrye..", "jakarta..",
                "org.hibernate..",
        "org.apache.kafka.."
    };

    @TestFactory
    Stream<DynamicTest> a_room_uses_only_the_rooms_in_its_row() {
        return TABLE.rooms().entrySet().stream()
                .map(
                        entry ->
                                DynamicTest.dynamicTest(
                                        entry.getKey(),
                                        () -> {
                                            var allowed =
                                                    new ArrayList<String>(
                                                            patterns(entry.getValue().packages()));
                                            for (String other : entry.getValue().mayUse()) {
                                                assertThat(TABLE.rooms())
                                                        .as("a row of the table")
                                                        .containsKey(other);
                                                allowed.addAll(
                                                        patterns(
                                                                TABLE.rooms()
                                                                        .get(other)
                                                                        .packages()));
                                            }
                                            classes()
                                                    .that(
                                                            resideInAnyPackage(
                                                                    array(
                                                                            patterns(
                                                                                    entry.getValue()
                                                                                            .packages()))))
                                                    .should()
                                                    .onlyDependOnClassesThat(
                                                            resideOutsideOfPackages("stagecoach..")
                                                                    .or(
                                                                            resideInAnyPackage(
                                                                                    array(
                                                                                            allowed))))
                                                    .allowEmptyShould(
                                                            entry.getKey().equals("embedded"))
                                                    .check(STAGECOACH);
                                        }));
    }

    @Test
    void every_package_stands_in_the_table() {
        var known =
                TABLE.rooms().values().stream()
                        .flatMap(room -> patterns(room.packages()).stream())
                        .toList();
        noClasses().should(new BeIn(resideOutsideOfPackages(array(known)))).check(STAGECOACH);
    }

    @Test
    void pure_rooms_know_no_clock_no_chance_no_files_and_no_framework() {
        String[] pure = {
            "stagecoach.vocabulary..",
            "stagecoach.decider..",
            "stagecoach.contracts..",
            "stagecoach.orchestrator.needs..",
            "stagecoach.orchestrator.release..",
            "stagecoach.orchestrator.deployment..",
            "stagecoach.steprunner.order..",
            "stagecoach.steprunner.variables..",
            "stagecoach.steprunner.run..",
            "stagecoach.packages.routing..",
            "stagecoach.packages.acquisition..",
            "stagecoach.gateway.command..",
            "stagecoach.gateway.presence..",
        };
        noClasses()
                .that()
                .resideInAnyPackage(pure)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(IMPURE)
                                // An address is a value; what opens it is elsewhere.
                                .and(not(type(URI.class)))
                                .and(not(type(URISyntaxException.class))))
                .check(STAGECOACH);
        noClasses()
                .that()
                .resideInAnyPackage(pure)
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.util.Random.class)
                .check(STAGECOACH);
    }

    /** So that a trial with wrong clocks, and a test with a clock of its own, reach all of it. */
    @Test
    void services_are_told_the_time_by_the_one_clock_that_is_injected() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "stagecoach.runtime..",
                        "stagecoach.orchestrator.app..",
                        "stagecoach.steprunner.app..",
                        "stagecoach.packages.app..",
                        "stagecoach.gateway.app..")
                .and()
                .doNotHaveSimpleName("SystemClock")
                // It compares with the times of files, which are the machine's.
                .and()
                .doNotHaveSimpleName("IncomingPackage")
                .should()
                .callMethodWhere(
                        target(owner(type(Clock.class))).and(target(nameStartingWith("system"))))
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(STAGECOACH);
    }

    @Test
    void only_the_runtime_writes_events_and_speaks_to_kafka() {
        noClasses()
                .that()
                .resideOutsideOfPackages("stagecoach.runtime..", "stagecoach.local..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                        "org.apache.kafka.clients.producer..",
                                        "stagecoach.runtime.store..",
                                        "stagecoach.runtime.outbox..")
                                // What a handler throws to be called again says nothing of tables.
                                .and(not(simpleName("TemporaryFailure"))))
                .check(STAGECOACH);
    }

    /** So that a storage of another kind fits in its place. */
    @Test
    void only_what_opens_a_store_of_blobs_knows_that_it_is_a_folder() {
        noClasses()
                .that()
                .resideOutsideOfPackage("stagecoach.packages.server.blob.folder..")
                .and()
                .doNotHaveSimpleName("PackageFolder")
                .and()
                .doNotHaveSimpleName("ArtifactFolder")
                .and()
                .doNotHaveSimpleName("RegionalCache")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("stagecoach.packages.server.blob.folder..")
                .check(STAGECOACH);
    }

    @Test
    void no_two_packages_use_each_other() {
        for (MayUseTable.Room room : TABLE.rooms().values()) {
            for (String base : room.packages()) {
                slices().matching(base + ".(*)..")
                        .should()
                        .beFreeOfCycles()
                        .allowEmptyShould(true)
                        .check(STAGECOACH);
            }
        }
    }

    private static List<String> patterns(List<String> packages) {
        return packages.stream().map(name -> name + "..").toList();
    }

    private static String[] array(List<String> list) {
        return list.toArray(String[]::new);
    }
}
