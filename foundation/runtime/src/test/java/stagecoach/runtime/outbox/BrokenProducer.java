package stagecoach.runtime.outbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A producer as after trouble with a broker: some records are not sent and fail, some are sent and
 * fail all the same, some cannot even be queued, and what comes behind them goes through.
 */
final class BrokenProducer {
    private BrokenProducer() {}

    @SuppressWarnings("unchecked") // the proxy implements the one interface
    static Producer<String, byte[]> around(Producer<String, byte[]> real, Random random) {
        return (Producer<String, byte[]>)
                Proxy.newProxyInstance(
                        BrokenProducer.class.getClassLoader(),
                        new Class<?>[] {Producer.class},
                        (proxy, method, args) -> {
                            if (method.getName().equals("send")) {
                                switch (random.nextInt(40)) {
                                    case 0 -> {
                                        return failed();
                                    }
                                    case 1 -> {
                                        method.invoke(real, args);
                                        return failed();
                                    }
                                    case 2 -> throw new KafkaException("the buffer is full");
                                    default -> {}
                                }
                            }
                            try {
                                return method.invoke(real, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private static CompletableFuture<Object> failed() {
        return CompletableFuture.failedFuture(new TimeoutException("not acknowledged in time"));
    }
}
