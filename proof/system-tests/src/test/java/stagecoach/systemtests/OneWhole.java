package stagecoach.systemtests;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts the whole for the first class that asks, and ends it after the last one. */
final class OneWhole implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Whole.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(OneWhole.class))
                .getOrComputeIfAbsent(Whole.class, key -> started(), Whole.class);
    }

    private static Whole started() {
        try {
            return Whole.start();
        } catch (Exception e) {
            throw new IllegalStateException("the whole did not start", e);
        }
    }
}
