package stagecoach.tentacle.session;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

/**
 * The connections to this machine whose TLS handshake is not over. They are few at a time, of one
 * address and altogether, from the moment that they are there: whoever comes in crowds and says
 * nothing takes nothing from the machine. Vert.x itself counts no connections before that.
 */
final class Handshakes {
    private static final int MOST = 64;
    private static final int OF_ONE_MOST = 16;

    private final Map<String, Integer> byHost = new HashMap<>();
    private final Told told;
    private int all;

    /** What whoever keeps the door is told. */
    interface Told {
        /** There is no room for somebody. */
        void crowded(String from);

        /** Somebody's handshake failed. */
        void failed(String from, Throwable why);
    }

    Handshakes(Told told) {
        this.told = told;
    }

    /** TLS in Java, with these bounds. */
    JdkSSLEngineOptions engine() {
        return new Bounded(this);
    }

    private synchronized boolean enters(String from) {
        int own = byHost.getOrDefault(from, 0);
        if (all >= MOST || own >= OF_ONE_MOST) {
            return false;
        }
        all++;
        byHost.put(from, own + 1);
        return true;
    }

    private synchronized void leaves(String from) {
        all--;
        byHost.computeIfPresent(from, (_, own) -> own > 1 ? own - 1 : null);
    }

    private static final class Bounded extends JdkSSLEngineOptions {
        private final Handshakes handshakes;

        Bounded(Handshakes handshakes) {
            this.handshakes = handshakes;
        }

        @Override
        public JdkSSLEngineOptions copy() {
            return new Bounded(handshakes);
        }

        @Override
        public SslContextFactory sslContextFactory() {
            return new DefaultSslContextFactory(SslProvider.JDK, false) {
                @Override
                public SslContext create() throws SSLException {
                    return new BoundedContext(super.create(), handshakes);
                }
            };
        }
    }

    private static final class BoundedContext extends SslContext {
        private final SslContext tls;
        private final Handshakes handshakes;

        BoundedContext(SslContext tls, Handshakes handshakes) {
            this.tls = tls;
            this.handshakes = handshakes;
        }

        @Override
        public boolean isClient() {
            return tls.isClient();
        }

        @Override
        public List<String> cipherSuites() {
            return tls.cipherSuites();
        }

        @Override
        @SuppressWarnings("deprecation") // Netty's own type still has it
        public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
            return tls.applicationProtocolNegotiator();
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator) {
            return tls.newEngine(allocator);
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
            return tls.newEngine(allocator, host, port);
        }

        @Override
        public SSLSessionContext sessionContext() {
            return tls.sessionContext();
        }

        @Override
        protected SslHandler newHandler(
                ByteBufAllocator allocator, boolean startTls, Executor executor) {
            return new BoundedHandler(
                    newEngine(allocator), startTls, executor, "an unknown address", handshakes);
        }

        @Override
        protected SslHandler newHandler(
                ByteBufAllocator allocator,
                String host,
                int port,
                boolean startTls,
                Executor executor) {
            return new BoundedHandler(
                    newEngine(allocator, host, port), startTls, executor, host, handshakes);
        }
    }

    private static final class BoundedHandler extends SslHandler {
        private final String from;
        private final Handshakes handshakes;

        BoundedHandler(
                SSLEngine engine,
                boolean startTls,
                Executor executor,
                String from,
                Handshakes handshakes) {
            super(engine, startTls, executor);
            this.from = from;
            this.handshakes = handshakes;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) throws Exception {
            boolean enters = handshakes.enters(from);
            super.handlerAdded(context);
            if (!enters) {
                handshakes.told.crowded(from);
                var _ = context.close();
                return;
            }
            handshakeFuture()
                    .addListener(
                            over -> {
                                handshakes.leaves(from);
                                if (!over.isSuccess()) {
                                    handshakes.told.failed(from, over.cause());
                                }
                            });
        }
    }
}
