/** Builds and starts what {@code docker/} holds, as somebody who deploys the bundle would. */
@NullMarked
package io.github.keycloakmint.docker;

import org.jspecify.annotations.NullMarked;
