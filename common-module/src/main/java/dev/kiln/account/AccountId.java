package dev.kiln.account;

/** The number of an account, 1 to 16 decimal digits; on the wire a string of digits (AddAccount, ImageOwnerId). */
public record AccountId(long value) {

    /** The largest account number: 16 digits. */
    public static final long MAX = 9_999_999_999_999_999L;

    public AccountId {
        if (value < 1 || value > MAX) {
            throw new IllegalArgumentException("account id " + value + " is not between 1 and " + MAX);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
