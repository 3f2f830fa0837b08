SwaggerUIBundle({
  url: "/docs/openapi.yaml", dom_id: "#api", deepLinking: true, docExpansion: "list", defaultModelsExpandDepth: 0,
  validatorUrl: null, filter: true, persistAuthorization: false, tryItOutEnabled: false,
});
