package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.keycloak.AccountName;
import io.github.keycloakmint.kernel.keycloak.Accounts;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.OrganizationDomainModel;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.UserModel;

/**
 * An account as Keycloak's mail template sees it: under the name that people gave it, where a mail may carry that, else under
 * its alias or its id. Nothing else is the template's to change.
 */
final class MailedOrganization implements OrganizationModel {

    private final OrganizationModel account;

    MailedOrganization(OrganizationModel account) {
        this.account = account;
    }

    @Override
    public String getName() {
        String name = Accounts.displayName(account);
        return Stream.of(name, account.getAlias())
                .filter(AccountName::fitForMail)
                .findFirst()
                .orElseGet(account::getId);
    }

    @Override
    public String getId() {
        return account.getId();
    }

    @Override
    public String getAlias() {
        return account.getAlias();
    }

    @Override
    public boolean isEnabled() {
        return account.isEnabled();
    }

    @Override
    public String getDescription() {
        return account.getDescription();
    }

    @Override
    public String getRedirectUrl() {
        return account.getRedirectUrl();
    }

    @Override
    public Map<String, List<String>> getAttributes() {
        return account.getAttributes();
    }

    @Override
    public Stream<OrganizationDomainModel> getDomains() {
        return account.getDomains();
    }

    @Override
    public Stream<IdentityProviderModel> getIdentityProviders() {
        return account.getIdentityProviders();
    }

    @Override
    public boolean isManaged(UserModel user) {
        return account.isManaged(user);
    }

    @Override
    public boolean isMember(UserModel user) {
        return account.isMember(user);
    }

    @Override
    public void setName(String name) {
        throw readOnly();
    }

    @Override
    public void setAlias(String alias) {
        throw readOnly();
    }

    @Override
    public void setEnabled(boolean enabled) {
        throw readOnly();
    }

    @Override
    public void setDescription(String description) {
        throw readOnly();
    }

    @Override
    public void setRedirectUrl(String redirectUrl) {
        throw readOnly();
    }

    @Override
    public void setAttributes(Map<String, List<String>> attributes) {
        throw readOnly();
    }

    @Override
    public void setDomains(Set<OrganizationDomainModel> domains) {
        throw readOnly();
    }

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException("a mail changes nothing");
    }
}
