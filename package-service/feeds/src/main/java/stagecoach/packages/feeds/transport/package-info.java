/** How feeds are reached: requests, redirects, credentials, and downloads that go on. */
@NullMarked
package stagecoach.packages.feeds.transport;

import org.jspecify.annotations.NullMarked;
