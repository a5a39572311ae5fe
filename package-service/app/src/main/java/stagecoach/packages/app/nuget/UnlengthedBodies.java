package stagecoach.packages.app.nuget;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Holds bodies that come in chunks, and tell no length, to the same limit as others; the HTTP
 * server would do that without a word.
 */
@Singleton
public class UnlengthedBodies {
    /** Counts what is read of such a body. */
    @ServerRequestFilter
    public void limit(ContainerRequestContext request, RoutingContext exchange) {
        if (UploadLimit.isUnlengthed(exchange.request()) && !UploadLimit.mayBeLarge(exchange)) {
            request.setEntityStream(new Counted(request.getEntityStream(), exchange));
        }
    }

    private static final class Counted extends FilterInputStream {
        private final RoutingContext exchange;
        private long left = UploadLimit.OTHERS_MAX;

        Counted(InputStream body, RoutingContext exchange) {
            super(body);
            this.exchange = exchange;
        }

        @Override
        public int read() throws IOException {
            int next = super.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int count = super.read(into, from, length);
            count(Math.max(0, count));
            return count;
        }

        private void count(int bytes) throws IOException {
            left -= bytes;
            if (left < 0) {
                PushResource.readToEnd(new Upload(in), exchange);
                throw new WebApplicationException(UploadLimit.TOO_LARGE, 413);
            }
        }
    }
}
