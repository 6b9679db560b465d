/**
 * Limits and lockout: how often callers may call (contract section 10), behind the interfaces of {@code kernel.limits}, and
 * which devices still get in while strangers have a user locked (T32).
 *
 * <p>{@code RatelimitFactory} is the limiter: {@code JudgeCalls} finds the rule of a call ({@code ShippedLimits}, {@code
 * RealmLimits}), and a {@code Counter} counts, on this node ({@code NodeCounter}) or over all of them ({@code SharedCounter}).
 * {@code KnownDevicesOfNode} knows devices by signed marks ({@code DeviceMark}) and gives them tries ({@code DeviceTries}).
 */
package io.github.keycloakmint.ratelimit;
