package stagecoach.runtime.access;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;

/**
 * Which roles may call a resource method (or all methods of a class): any one of them is enough,
 * and ADMIN always is. Without it READ is needed, which CONFIGURE and DEPLOY include.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Needs {
    /** The roles. */
    Role[] value();
}
