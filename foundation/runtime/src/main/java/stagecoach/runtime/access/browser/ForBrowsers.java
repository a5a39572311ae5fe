package stagecoach.runtime.access.browser;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A resource method (or all methods of a class) that answers a person's browser: the session in its
 * cookie says who it is, and a key in a header says nothing. Whoever has no session is shown where
 * to sign in. No other method ever looks at a cookie, so that no page of others can use one.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface ForBrowsers {
    /** Whether it answers anybody, as the page to sign in does. */
    boolean anybody() default false;
}
