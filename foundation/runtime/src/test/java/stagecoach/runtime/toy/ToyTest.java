package stagecoach.runtime.toy;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import stagecoach.runtime.test.StagecoachResource;

/** A test of the runtime as the toy service uses it. */
@QuarkusTest
@QuarkusTestResource(
        value = StagecoachResource.class,
        initArgs = {
            @ResourceArg(name = "schema", value = "toy"),
            @ResourceArg(name = "sql", value = "src/test/resources/db/toy"),
            @ResourceArg(name = "topics", value = "toy.accounts")
        })
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ToyTest {}
