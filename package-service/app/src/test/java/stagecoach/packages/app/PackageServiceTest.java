package stagecoach.packages.app;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import stagecoach.runtime.test.StagecoachResource;

/** A test of the package-service with a real broker, database and folder. */
@QuarkusTest
@QuarkusTestResource(
        value = StagecoachResource.class,
        initArgs = @ResourceArg(name = "schema", value = "packages"))
@QuarkusTestResource(PackageServiceResource.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface PackageServiceTest {}
