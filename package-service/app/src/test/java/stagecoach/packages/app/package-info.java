/** The package-service as build servers, caches, tentacles and the other services meet it. */
@NullMarked
package stagecoach.packages.app;

import org.jspecify.annotations.NullMarked;
