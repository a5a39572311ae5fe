package stagecoach.steprunner.app;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import stagecoach.runtime.test.StagecoachResource;

/**
 * A test of the whole step-runner: real broker, real database, the other services played by hand.
 */
@QuarkusTest
@QuarkusTestResource(
        value = StagecoachResource.class,
        initArgs = @ResourceArg(name = "schema", value = "steprunner"))
@QuarkusTestResource(FakeOrchestrator.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface StepRunnerTest {}
