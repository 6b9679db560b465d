<#import "template.ftl" as layout>
<@layout.emailLayout>
${kcSanitize(msg("mintSignUpAttemptBodyHtml", realmName))?no_esc}
</@layout.emailLayout>
