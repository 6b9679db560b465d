<#ftl output_format="plainText">
${msg("mintSignUpAttemptBody", realmName)}
