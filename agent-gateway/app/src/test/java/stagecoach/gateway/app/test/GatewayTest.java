package stagecoach.gateway.app.test;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import stagecoach.runtime.test.StagecoachResource;

/** A test of the gateway on a real broker and a real database; one application for all. */
@QuarkusTest
@QuarkusTestResource(
        value = StagecoachResource.class,
        initArgs = @ResourceArg(name = "schema", value = "gateway"))
@QuarkusTestResource(GatewayResource.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface GatewayTest {}
