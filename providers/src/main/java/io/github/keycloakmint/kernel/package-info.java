/**
 * The kernel: what every room uses and no room owns. A room plugs in here by a {@link
 * io.github.keycloakmint.kernel.CapabilityFactory}; nothing in the kernel names a room.
 *
 * <p>Code enters the kernel on its second user.
 */
package io.github.keycloakmint.kernel;
