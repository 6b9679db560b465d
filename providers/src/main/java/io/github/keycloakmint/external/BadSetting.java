package io.github.keycloakmint.external;

/** A setting of an identity provider does not fit. The message names it as the form does, and never repeats its value. */
final class BadSetting extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String text;

    BadSetting(Setting setting, String complaint) {
        this(setting.label(), complaint);
    }

    /** @param label of a setting that this type doesn't know */
    BadSetting(String label, String complaint) {
        super(label + ": " + complaint);
        this.text = label + ": " + complaint;
    }

    /** For admins. */
    String text() {
        return text;
    }
}
