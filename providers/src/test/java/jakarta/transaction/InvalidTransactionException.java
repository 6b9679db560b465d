package jakarta.transaction;

import java.rmi.RemoteException;

/** As {@link SystemException}. */
public class InvalidTransactionException extends RemoteException {
    private static final long serialVersionUID = 1L;
}
