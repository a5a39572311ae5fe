package stagecoach.packages.app;

import io.quarkus.test.Mock;
import io.smallrye.config.SmallRyeConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.Config;
import stagecoach.packages.app.replication.ReplicationConfig;

/**
 * How patiently packages are brought into caches in these tests: as configured, but for what a test
 * that waits for the end of that patience sets for itself.
 */
@Singleton
public class Patience {
    private final Map<String, Object> instead = new ConcurrentHashMap<>();

    /** How long a NuGet server may work on what it was pushed. */
    void answerMax(Duration most) {
        instead.put("answerMax", most);
    }

    /** How long a NuGet server may take to show what it was given. */
    void visibleMax(Duration most) {
        instead.put("visibleMax", most);
    }

    /** How long a cache that is asked or read from may be silent. */
    void silenceMax(Duration most) {
        instead.put("silenceMax", most);
    }

    /** How long a cache may take no bytes. */
    void stallMax(Duration most) {
        instead.put("stallMax", most);
    }

    /** How long a NuGet server is left alone at its own wish. */
    void askedMax(Duration most) {
        instead.put("askedMax", most);
    }

    /** How long one that failed at a push is looked at. */
    void errorMin(Duration least) {
        instead.put("errorMin", least);
    }

    /** How many tries there are. */
    void fruitlessMax(int most) {
        instead.put("fruitlessMax", most);
    }

    /** All as configured again. */
    void usual() {
        instead.clear();
    }

    @Produces
    @Mock
    @Singleton
    ReplicationConfig config(Config config) {
        ReplicationConfig configured =
                config.unwrap(SmallRyeConfig.class).getConfigMapping(ReplicationConfig.class);
        return (ReplicationConfig)
                Proxy.newProxyInstance(
                        ReplicationConfig.class.getClassLoader(),
                        new Class<?>[] {ReplicationConfig.class},
                        (proxy, method, arguments) -> {
                            Object set = instead.get(method.getName());
                            if (set != null) {
                                return set;
                            }
                            return method.isDefault()
                                    ? InvocationHandler.invokeDefault(proxy, method, arguments)
                                    : method.invoke(configured, arguments);
                        });
    }
}
